/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_LIMITS_H
#define L2TPGW_SESSION_LIMITS_H

/* Limits of time: a session that reaches one is ended, with that as its reason. */
#include <jansson.h>

#include "session/session.h"
#include "session/table.h"

/* Ends those that have reached one. Asks for counters while traffic has to be watched. */
void limits_enforce(struct session_table *table, struct session_now now);
/* When the next one will, by the monotonic clock; UINT64_MAX = none is known. */
uint64_t limits_next(const struct session_table *table);
/* {"idle", "session": seconds left; "expires", "hours": RFC 3339}, each null if there is none. */
json_t *limits_json(const struct session_table *table, const struct session *session,
		    struct session_now now);

#endif
