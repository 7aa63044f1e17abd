/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_BAN_H
#define L2TPGW_SESSION_BAN_H

/*
 * Who is kept out until a point in time: a user, an address, or a user at an address. By the wall
 * clock, as bans outlive l2tpgwd and a reboot.
 *
 * By hand it is the user who is banned, from everywhere, and with the user the addresses that at
 * that moment are the user's alone: an office behind one NAT has one address. Who fails to log in
 * is banned by lockout.h: an address; a user at an address in good standing; or a user from
 * wherever nobody has logged in lately.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "session/session.h"

#define SESSION_BANS_MAX        4096
#define SESSION_BAN_SECONDS_MAX (366 * 86400)

enum session_ban_why {
	SESSION_BAN_BY_HAND,
	SESSION_BAN_LOGINS, /* of PPP, that failed */
	SESSION_BAN_PSK,    /* wrong pre-shared keys */
};
#define SESSION_BAN_WHYS 3

struct session_ban {
	char user[SESSION_USER_MAX]; /* "" = everybody at that address */
	uint32_t address;            /* 0 = from anywhere */
	int64_t since, until;        /* wall seconds; over at `until` */
	enum session_ban_why why;
};

/*
 * By hand, from now on for so many seconds; an earlier ban of the user is replaced. Ends no
 * session.
 */
int session_ban(struct session_table *table, int64_t wall, const char *user, int64_t seconds,
		struct err *err);
/* By itself. If there are too many, the one of its kind that ends first gives way. */
void session_ban_add(struct session_table *table, const struct session_ban *ban);
/* One of session_bans(); those behind it move up. */
void session_ban_drop(struct session_table *table, size_t at);
/* All of that user, or else of that address ("203.0.113.7"). False if there is none. */
bool session_ban_lift(struct session_table *table, int64_t wall, const char *target);
/* What keeps that user out there; NULL = nothing. `address` 0: wherever the user is. Valid until
 * the bans change. */
const struct session_ban *session_ban_of(const struct session_table *table, int64_t wall,
					 const char *user, uint32_t address);
/* Nobody gets as far as IKE from its address. */
bool session_ban_closes(const struct session_ban *ban);
/* All that are not over, in the order of their end; valid until the bans change. */
const struct session_ban *session_bans(struct session_table *table, int64_t wall, size_t *count);
/* [{"user", "peer", "since", "until", "reason"}], in the order of their end; the caller owns it. */
json_t *session_bans_json(struct session_table *table, int64_t wall);
/*
 * As they are kept in a file, with what is known of good standing: {"format": 1, "bans": …,
 * "addresses": …, "standing": …}; the first list is what earlier versions understand. -1 with *err
 * for what is no such file, or of another format; then there are none.
 */
json_t *session_bans_encode(struct session_table *table, int64_t wall);
int session_bans_decode(struct session_table *table, int64_t wall, const char *text, size_t len,
			struct err *err);

#endif
