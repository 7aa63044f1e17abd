/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_ADMIT_H
#define L2TPGW_SESSION_ADMIT_H

/* The steps of the state table for admission; see session_admit(). */
#include "session/machine.h"

void admit_unknown(struct session_table *table, struct session *session, struct event *event);
void admit_secured(struct session_table *table, struct session *session, struct event *event);
void admit_busy(struct session_table *table, struct session *session, struct event *event);
void admit_closing(struct session_table *table, struct session *session, struct event *event);

#endif
