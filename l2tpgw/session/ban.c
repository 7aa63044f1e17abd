/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/ban.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rfc3339.h"
#include "policy/json.h"
#include "session/table.h"
#include "session/text.h"

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
	for (size_t i = 0; i < bans->count; i++) {
		if (strcmp(bans->list[i].user, user) != 0)
			continue;
		drop(bans, i);
		return true;
	}
	return false;
}

/* Kept in the order of their end. */
static void insert(struct table_bans *bans, const struct session_ban *ban)
{
	size_t at = bans->count;

	bans->list = mem_grow(bans->list, bans->count, bans->count + 1, sizeof(*ban));
	while (at > 0 && bans->list[at - 1].until > ban->until)
		at--;
	memmove(&bans->list[at + 1], &bans->list[at], (bans->count - at) * sizeof(*ban));
	bans->list[at] = *ban;
	bans->count++;
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
	if (table->bans.count >= SESSION_BANS_MAX)
		return err_set(err, ERR_FAILED, "%d users are banned already; lift a ban first",
			       SESSION_BANS_MAX);
	insert(&table->bans, &ban);
	return 0;
}

bool session_ban_lift(struct session_table *table, int64_t wall, const char *user)
{
	drop_over(&table->bans, wall);
	return drop_user(&table->bans, user);
}

const struct session_ban *session_ban_of(const struct session_table *table, int64_t wall,
					 const char *user)
{
	for (size_t i = 0; i < table->bans.count; i++) {
		const struct session_ban *ban = &table->bans.list[i];

		if (ban->until > wall && !strcmp(ban->user, user))
			return ban;
	}
	return NULL;
}

static json_t *time_json(int64_t wall)
{
	char text[RFC3339_MAX];
	const char *time = rfc3339_text(wall, text);

	return time ? json_string(time) : json_null();
}

json_t *session_bans_json(struct session_table *table, int64_t wall)
{
	json_t *list = json_array();

	drop_over(&table->bans, wall);
	for (size_t i = 0; i < table->bans.count; i++) {
		const struct session_ban *ban = &table->bans.list[i];

		json_array_append_new(list, json_pack("{s:o, s:n, s:o, s:o}", "user",
						      json_text(ban->user), "peer", "since",
						      time_json(ban->since), "until",
						      time_json(ban->until)));
	}
	return list;
}

json_t *session_bans_encode(struct session_table *table, int64_t wall)
{
	return json_pack("{s:i, s:o}", "format", SESSION_FORMAT, "bans",
			 session_bans_json(table, wall));
}

static bool decode_ban(const json_t *json, struct session_ban *ban)
{
	const char *user = json_string_value(json_object_get(json, "user"));
	const char *since = json_string_value(json_object_get(json, "since"));
	const char *until = json_string_value(json_object_get(json, "until"));

	if (!user || !*user || strlen(user) >= sizeof(ban->user) || !since || !until ||
	    !rfc3339_parse(since, &ban->since) || !rfc3339_parse(until, &ban->until))
		return false;
	text_copy(ban->user, sizeof(ban->user), user);
	return true;
}

static int decode(struct session_table *table, const json_t *root, struct err *err)
{
	const json_t *list = json_object_get(root, "bans"), *item;
	size_t i;

	if (json_integer_value(json_object_get(root, "format")) != SESSION_FORMAT)
		return err_set(err, ERR_FAILED, "it is of another format than %d", SESSION_FORMAT);
	if (!json_is_array(list) || json_array_size(list) > SESSION_BANS_MAX)
		return err_set(err, ERR_FAILED, "it is damaged");
	json_array_foreach(list, i, item)
	{
		struct session_ban ban;

		if (!decode_ban(item, &ban))
			return err_set(err, ERR_FAILED, "entry %zu is damaged", i + 1);
		(void)drop_user(&table->bans, ban.user);
		insert(&table->bans, &ban);
	}
	return 0;
}

int session_bans_decode(struct session_table *table, int64_t wall, const char *text, size_t len,
			struct err *err)
{
	cleanup_json json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	int result;

	table->bans.count = 0;
	result = decode(table, root, err);
	if (result < 0)
		table->bans.count = 0;
	drop_over(&table->bans, wall);
	return result;
}
