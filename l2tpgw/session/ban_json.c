/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/ban.h"

#include <string.h>

#include "base/ip4.h"
#include "base/rfc3339.h"
#include "policy/json.h"
#include "session/lockout.h"
#include "session/table.h"
#include "session/text.h"

static const char *const reasons[SESSION_BAN_WHYS] = {
	[SESSION_BAN_BY_HAND] = "by-hand",
	[SESSION_BAN_LOGINS] = "failed-logins",
	[SESSION_BAN_PSK] = "wrong-psk",
};

static json_t *time_json(int64_t wall)
{
	char text[RFC3339_MAX];
	const char *time = rfc3339_text(wall, text);

	return time ? json_string(time) : json_null();
}

static json_t *ban_json(const struct session_ban *ban)
{
	char address[IP4_TEXT_MAX];

	return json_pack("{s:o, s:o, s:o, s:o, s:s}", "user",
			 *ban->user ? json_text(ban->user) : json_null(), "peer",
			 ban->address ? json_string(ip4_text(ban->address, address)) : json_null(),
			 "since", time_json(ban->since), "until", time_json(ban->until), "reason",
			 reasons[ban->why]);
}

static json_t *bans_json(struct session_table *table, int64_t wall, bool anywhere, bool there)
{
	json_t *list = json_array();
	size_t count;
	const struct session_ban *bans = session_bans(table, wall, &count);

	for (size_t i = 0; i < count; i++) {
		if (bans[i].address ? there : anywhere)
			json_array_append_new(list, ban_json(&bans[i]));
	}
	return list;
}

json_t *session_bans_json(struct session_table *table, int64_t wall)
{
	return bans_json(table, wall, true, true);
}

json_t *session_bans_encode(struct session_table *table, int64_t wall)
{
	lockout_are_on(table, wall);
	return json_pack("{s:i, s:o, s:o, s:o}", "format", SESSION_FORMAT, "bans",
			 bans_json(table, wall, true, false), "addresses",
			 bans_json(table, wall, false, true), "standing",
			 suspicion_encode(table->suspicion, wall));
}

/* Those that earlier versions wrote were all by hand. */
static bool decode_why(const json_t *json, enum session_ban_why *why)
{
	const char *reason = json_string_value(json_object_get(json, "reason"));

	*why = SESSION_BAN_BY_HAND;
	for (size_t i = 0; reason && i < SESSION_BAN_WHYS; i++) {
		if (!strcmp(reasons[i], reason)) {
			*why = (enum session_ban_why)i;
			return true;
		}
	}
	return !reason;
}

static bool decode_ban(const json_t *json, struct session_ban *ban)
{
	const char *user = json_string_value(json_object_get(json, "user"));
	const char *peer = json_string_value(json_object_get(json, "peer"));
	const char *since = json_string_value(json_object_get(json, "since"));
	const char *until = json_string_value(json_object_get(json, "until"));

	*ban = (struct session_ban){ .since = 0 };
	if (user && (!*user || strlen(user) >= sizeof(ban->user)))
		return false;
	if (user)
		text_copy(ban->user, sizeof(ban->user), user);
	if (peer && (!ip4_parse(peer, &ban->address) || !ban->address))
		return false;
	return (user || peer) && since && until && rfc3339_parse(since, &ban->since) &&
	       rfc3339_parse(until, &ban->until) && decode_why(json, &ban->why);
}

static int decode_list(struct session_table *table, const json_t *list, struct err *err)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		struct session_ban ban;

		if (!decode_ban(item, &ban))
			return err_set(err, ERR_FAILED, "entry %zu is damaged", i + 1);
		session_ban_add(table, &ban);
	}
	return 0;
}

static int decode(struct session_table *table, int64_t wall, const json_t *root, struct err *err)
{
	const json_t *users = json_object_get(root, "bans");
	const json_t *addresses = json_object_get(root, "addresses");

	if (json_integer_value(json_object_get(root, "format")) != SESSION_FORMAT)
		return err_set(err, ERR_FAILED, "it is of another format than %d", SESSION_FORMAT);
	if (!json_is_array(users) || (addresses && !json_is_array(addresses)) ||
	    json_array_size(users) + json_array_size(addresses) > SESSION_BANS_MAX)
		return err_set(err, ERR_FAILED, "it is damaged");
	suspicion_decode(table->suspicion, wall, json_object_get(root, "standing"));
	if (decode_list(table, users, err) < 0)
		return -1;
	return decode_list(table, addresses, err);
}

int session_bans_decode(struct session_table *table, int64_t wall, const char *text, size_t len,
			struct err *err)
{
	cleanup_json json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	size_t ignored;
	int result;

	table->bans.count = 0;
	result = decode(table, wall, root, err);
	if (result < 0)
		table->bans.count = 0;
	lockout_follow(table);
	(void)session_bans(table, wall, &ignored);
	return result;
}
