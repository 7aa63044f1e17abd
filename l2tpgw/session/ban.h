/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_BAN_H
#define L2TPGW_SESSION_BAN_H

/*
 * Users who are kept out until a point in time. It is the user who is banned, not the address: an
 * office behind one NAT has one address. By the wall clock, as they outlive l2tpgwd and a reboot.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "session/session.h"

#define SESSION_BANS_MAX        4096
#define SESSION_BAN_SECONDS_MAX (366 * 86400)

struct session_ban {
	char user[SESSION_USER_MAX];
	int64_t since, until; /* wall seconds; over at `until` */
};

/* From now on for so many seconds; an earlier ban of the user is replaced. Ends no session. */
int session_ban(struct session_table *table, int64_t wall, const char *user, int64_t seconds,
		struct err *err);
/* False if the user was not banned. */
bool session_ban_lift(struct session_table *table, int64_t wall, const char *user);
/* NULL if that user is not banned. Valid until the bans change. */
const struct session_ban *session_ban_of(const struct session_table *table, int64_t wall,
					 const char *user);
/* [{"user", "peer": null, "since", "until"}], in the order of their end; the caller owns it. */
json_t *session_bans_json(struct session_table *table, int64_t wall);
/*
 * As they are kept in a file: {"format": 1, "bans": …}. -1 with *err for what is no such file, or
 * of another format; then there are none.
 */
json_t *session_bans_encode(struct session_table *table, int64_t wall);
int session_bans_decode(struct session_table *table, int64_t wall, const char *text, size_t len,
			struct err *err);

#endif
