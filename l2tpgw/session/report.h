/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_REPORT_H
#define L2TPGW_SESSION_REPORT_H

/* The journal: sentences about what happened to a session, queued as actions. */
#include "session/table.h"

void report_secured(struct session_table *table, const struct session *session);
void report_unsecured(struct session_table *table, const struct session *session,
		      enum session_reason reason);
void report_admitted(struct session_table *table, const struct session *session);
/* `session` NULL: there was none; `user` is what the client said. */
void report_denied(struct session_table *table, const struct session *session,
		   const struct session_request *request, enum session_denial denial, int64_t wall);
/* See session_no_proof(). */
void report_no_proof(struct session_table *table, uint32_t vip, const char *user,
		     enum session_denial denial, const char *method);
void report_up(struct session_table *table, const struct session *session);
/* A login that never came up was refused, one that did is down. `end` NULL: not by pppd's word. */
void report_ended(struct session_table *table, const struct session *session, int64_t wall,
		  enum session_reason reason, const struct session_end *end);
void report_rebound(struct session_table *table, const struct session *session,
		    const struct sa_ike *before);
void report_rekeyed(struct session_table *table, const struct session *session);
/* Its mark is that of a routing rule. */
void report_foreign_mark(struct session_table *table, const struct sa_ike *ike, uint32_t mark);
/* A new SA met a slot in use. */
void report_collision(struct session_table *table, const struct session *session,
		      const struct sa_ike *ike, const struct sa_child *child);
/* By itself: see lockout.h. */
void report_banned(struct session_table *table, const struct session_ban *ban);
void report_orphaned(struct session_table *table, const struct session *session);
void report_restored(struct session_table *table, const struct session *session);

#endif
