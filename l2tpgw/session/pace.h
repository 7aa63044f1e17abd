/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_PACE_H
#define L2TPGW_SESSION_PACE_H

/* The rate that a session's terms give it is asked for (SESSION_RATE) while its link is there. */
#include "session/table.h"

/* Its link is up, or its terms may have changed. */
void pace_follow(struct session_table *table, struct session *session);
/* Nobody knows what was asked for before: the next time it is asked for in any case. */
void pace_forget(struct session *session);
/* Its link goes, or is gone; its name is still there. */
void pace_end(struct session_table *table, struct session *session);

#endif
