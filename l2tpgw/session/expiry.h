/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_EXPIRY_H
#define L2TPGW_SESSION_EXPIRY_H

/*
 * Sessions of users who are locked out are ended: their time is over (users[].expires), or the
 * policy does not know them any more, or has them disabled.
 */
#include "session/session.h"
#include "session/table.h"

/* Why a local user is locked out at that time; NONE = not. NULL: there is no such user. */
enum session_reason expiry_why_out(const struct policy_user *user, int64_t wall);
/* Whether the user's time is over. */
bool expiry_over(const struct policy_user *user, int64_t wall);
/* The policy is another one: look at everybody at the next occasion. */
void expiry_forget(struct session_table *table);
/* Looks at everybody when somebody's time has come, the policy is another one, or the clock was set
 * back; else does nothing. */
void expiry_enforce(struct session_table *table, struct session_now now);

#endif
