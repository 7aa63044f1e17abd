/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/ban.h"

#include <stdlib.h>
#include <string.h>

#include "base/ip4.h"
#include "base/mem.h"
#include "session/lockout.h"
#include "session/table.h"
#include "session/text.h"

#define GROWTH 64

static void drop(struct table_bans *bans, size_t at)
{
	bans->count--;
	memmove(&bans->list[at], &bans->list[at + 1], (bans->count - at) * sizeof(bans->list[0]));
}

static void drop_over(struct table_bans *bans, int64_t wall)
{
	for (size_t i = bans->count; i-- > 0;) {
		if (bans->list[i].until <= wall)
			drop(bans, i);
	}
}

static bool drop_user(struct table_bans *bans, const char *user)
{
	size_t before = bans->count;

	for (size_t i = bans->count; i-- > 0;) {
		if (*user && !strcmp(bans->list[i].user, user))
			drop(bans, i);
	}
	return bans->count < before;
}

static bool drop_address(struct table_bans *bans, const char *text)
{
	size_t before = bans->count;
	uint32_t address;

	if (!ip4_parse(text, &address) || !address)
		return false;
	for (size_t i = bans->count; i-- > 0;) {
		if (bans->list[i].address == address)
			drop(bans, i);
	}
	return bans->count < before;
}

/* Of those that nobody pronounced. */
static bool drop_first_to_end(struct table_bans *bans)
{
	for (size_t i = 0; i < bans->count; i++) {
		if (bans->list[i].why == SESSION_BAN_BY_HAND)
			continue;
		drop(bans, i);
		return true;
	}
	return false;
}

static void insert(struct table_bans *bans, const struct session_ban *ban)
{
	size_t at = bans->count;

	if (bans->count % GROWTH == 0)
		bans->list = mem_grow(bans->list, bans->count, bans->count + GROWTH, sizeof(*ban));
	while (at > 0 && bans->list[at - 1].until > ban->until)
		at--;
	memmove(&bans->list[at + 1], &bans->list[at], (bans->count - at) * sizeof(*ban));
	bans->list[at] = *ban;
	bans->count++;
}

static bool make_room(struct table_bans *bans)
{
	return bans->count < SESSION_BANS_MAX || drop_first_to_end(bans);
}

/* ---- by hand ---- */

static bool is_banned_address(const struct table_bans *bans, const char *user, uint32_t address)
{
	for (size_t i = 0; i < bans->count; i++) {
		if (bans->list[i].address == address && !strcmp(bans->list[i].user, user))
			return true;
	}
	return false;
}

/* Where the user is now, if nobody else is, or was lately. */
static void ban_addresses(struct session_table *table, struct session_ban ban)
{
	table_foreach(session, table)
	{
		ban.address = session->ike.remote;
		if (!strcmp(session->user, ban.user) && ban.address &&
		    !lockout_spares(table, ban.address) &&
		    lockout_is_only(table, ban.since, ban.address, ban.user) &&
		    !is_banned_address(&table->bans, ban.user, ban.address) &&
		    make_room(&table->bans))
			insert(&table->bans, &ban);
	}
}

int session_ban(struct session_table *table, int64_t wall, const char *user, int64_t seconds,
		struct err *err)
{
	struct session_ban ban = { .since = wall, .until = wall + seconds };

	if (!*user || strlen(user) >= sizeof(ban.user) || seconds <= 0 ||
	    seconds > SESSION_BAN_SECONDS_MAX)
		return err_set(err, ERR_USAGE, "a ban is for a user, and for 1 s to 366 days");
	text_copy(ban.user, sizeof(ban.user), user);
	drop_over(&table->bans, wall);
	(void)drop_user(&table->bans, user);
	if (!make_room(&table->bans))
		return err_set(err, ERR_FAILED, "%d users are banned already; lift a ban first",
			       SESSION_BANS_MAX);
	insert(&table->bans, &ban);
	ban_addresses(table, ban);
	table_bans_changed(table);
	return 0;
}

void session_ban_add(struct session_table *table, const struct session_ban *ban)
{
	drop_over(&table->bans, ban->since);
	if (!make_room(&table->bans))
		return;
	insert(&table->bans, ban);
	table_bans_changed(table);
}

void session_ban_drop(struct session_table *table, size_t at)
{
	drop(&table->bans, at);
	table_bans_changed(table);
}

bool session_ban_lift(struct session_table *table, int64_t wall, const char *target)
{
	drop_over(&table->bans, wall);
	if (!drop_user(&table->bans, target) && !drop_address(&table->bans, target))
		return false;
	table_bans_changed(table);
	return true;
}

/* ---- questions ---- */

static bool keeps_out(const struct session_table *table, const struct session_ban *ban,
		      int64_t wall, const char *user, uint32_t address)
{
	if (ban->until <= wall || (*ban->user && strcmp(ban->user, user) != 0) ||
	    (ban->address && ban->address != address))
		return false;
	if (ban->why == SESSION_BAN_BY_HAND || !address)
		return true;
	/* Somebody else's guesses must not lock out those who are known to be themselves. */
	return !lockout_spares(table, address) &&
	       (ban->address || !lockout_trusts(table, wall, address));
}

const struct session_ban *session_ban_of(const struct session_table *table, int64_t wall,
					 const char *user, uint32_t address)
{
	for (size_t i = table->bans.count; i-- > 0;) {
		const struct session_ban *ban = &table->bans.list[i];

		if (keeps_out(table, ban, wall, user, address))
			return ban;
	}
	return NULL;
}

bool session_ban_closes(const struct session_ban *ban)
{
	return ban->address && (!*ban->user || ban->why == SESSION_BAN_BY_HAND);
}

const struct session_ban *session_bans(struct session_table *table, int64_t wall, size_t *count)
{
	drop_over(&table->bans, wall);
	*count = table->bans.count;
	return table->bans.list;
}
