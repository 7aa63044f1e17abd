/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_ROOM_H
#define L2TPGW_SESSION_ROOM_H

/*
 * How many sessions there may be: of a user, of a group, in all. What becomes of one more is the
 * policy's choice: it is refused, or the oldest of those it competes with ends.
 */
#include "session/table.h"

enum room {
	ROOM_FREE,
	ROOM_WAIT, /* one of those that are counted is on its way out */
	ROOM_FULL,
};

/* ROOM_FULL: *denial says of what. Ends the oldest session where that is wanted. */
enum room room_make(struct session_table *table, struct session_now now,
		    const struct session_terms *terms, const char *user,
		    enum session_denial *denial);

#endif
