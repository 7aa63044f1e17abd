/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_PACE_H
#define L2TPGW_SESSION_PACE_H

/*
 * The rate that a session's terms give it is asked for (SESSION_RATE) while its link is there: from
 * admission on, when nothing has passed it yet, if pppd says its name then.
 */
#include "session/table.h"

/* Its link has that name: of one of another name nothing was asked for. */
void pace_link(struct session *session, const char *ifname);
/* Its link is there, or its terms may have changed. */
void pace_follow(struct session_table *table, struct session *session);
/* Nobody knows what was asked for before: the next time it is asked for in any case. */
void pace_forget(struct session *session);
/* Its link goes, or is gone; its name is still there. */
void pace_end(struct session_table *table, struct session *session);

#endif
