/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_EXPIRY_H
#define L2TPGW_SESSION_EXPIRY_H

/* users[].expires: sessions of users whose time is over are ended. */
#include "session/session.h"
#include "session/table.h"

/* Whether a user is locked out at that time. */
bool expiry_over(const struct policy_user *user, int64_t wall);
/* The policy is another one: look at everybody at the next occasion. */
void expiry_forget(struct session_table *table);
/* Looks at everybody when somebody's time has come, or the clock was set back; else does nothing.
 */
void expiry_enforce(struct session_table *table, struct session_now now);

#endif
