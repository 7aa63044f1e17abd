/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/json.h"

static const char *const actions[] = {
	[CHANGE_ADD] = "add",
	[CHANGE_SET] = "change",
	[CHANGE_REMOVE] = "remove",
};

static const char *const results[] = {
	[CHANGE_PENDING] = "pending", [CHANGE_DONE] = "done", [CHANGE_FAILED] = "failed",
	[CHANGE_UNDONE] = "undone",   [CHANGE_LEFT] = "left",
};

const char *change_action_name(enum change_action action)
{
	return actions[action];
}

const char *change_result_name(enum change_result result)
{
	return results[result];
}

struct change *change_add(struct changes *changes, const char *object, enum change_action action,
			  enum key_impact impact, const char *detail)
{
	struct change *change =
	    arena_push(changes->arena, (void **)&changes->list, &changes->count, sizeof(*change));

	*change = (struct change){
		.object = arena_strdup(changes->arena, object),
		.action = action,
		.impact = impact,
		.detail = detail ? arena_strdup(changes->arena, detail) : NULL,
	};
	return change;
}

void change_drops(struct changes *changes, struct change *change, const char *user,
		  const char *session)
{
	struct change_drop *drop = arena_push(changes->arena, (void **)&change->drops,
					      &change->drops_count, sizeof(*drop));

	drop->user = arena_strdup(changes->arena, user);
	drop->session = arena_strdup(changes->arena, session);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t changes_dropped(const struct changes *changes)
{
	cleanup_arena struct arena *arena = arena_new();
	const char **ids = NULL;
	size_t count = 0, distinct = 0;

	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->list[i];

		for (size_t j = 0; j < change->drops_count; j++)
			*(const char **)arena_push(arena, (void **)&ids, &count, sizeof(*ids)) =
			    change->drops[j].session;
	}
	if (count)
		qsort(ids, count, sizeof(*ids), by_text);
	for (size_t i = 0; i < count; i++)
		distinct += i == 0 || strcmp(ids[i], ids[i - 1]) != 0;
	return distinct;
}

void change_impact_text(const struct change *change, struct buf *out)
{
	if (change->impact != KEY_DROPS) {
		buf_puts(out, key_impact_text(change->impact));
		return;
	}
	buf_printf(out, "drops %zu", change->drops_count);
	for (size_t i = 0; i < change->drops_count; i++) {
		const struct change_drop *drop = &change->drops[i];

		buf_printf(out, "%s%s", i ? ", " : " (", *drop->user ? drop->user : drop->session);
	}
	buf_puts(out, change->drops_count ? ")" : "");
}

static json_t *drops_json(const struct change *change)
{
	json_t *list = json_array();

	for (size_t i = 0; i < change->drops_count; i++)
		json_array_append_new(list, json_pack("{s:o, s:o}", "user",
						      json_text(change->drops[i].user), "session",
						      json_text(change->drops[i].session)));
	return list;
}

json_t *change_json(const struct change *change)
{
	return json_pack("{s:o, s:s, s:s, s:o, s:o, s:s}", "object", json_text(change->object),
			 "action", actions[change->action], "impact",
			 key_impact_text(change->impact), "detail",
			 change->detail ? json_text(change->detail) : json_null(), "drops",
			 drops_json(change), "result", results[change->result]);
}

json_t *changes_json(const struct changes *changes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < changes->count; i++)
		json_array_append_new(list, change_json(&changes->list[i]));
	return list;
}

/* ---- reading back ---- */

static bool find_name(const json_t *object, const char *member, const char *const *names,
		      size_t count, unsigned *found)
{
	const char *text = json_string_value(json_object_get(object, member));

	for (*found = 0; text && *found < count; (*found)++) {
		if (names[*found] && !strcmp(names[*found], text))
			return true;
	}
	return false;
}

static bool find_impact(const json_t *object, unsigned *found)
{
	const char *names[KEY_DROPS + 1];

	for (unsigned i = 0; i < array_size(names); i++)
		names[i] = key_impact_text((enum key_impact)i);
	return find_name(object, "impact", names, array_size(names), found);
}

static bool parse_drops(struct changes *changes, struct change *change, const json_t *list)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		const char *user = json_string_value(json_object_get(entry, "user"));
		const char *session = json_string_value(json_object_get(entry, "session"));

		if (!user || !session)
			return false;
		change_drops(changes, change, user, session);
	}
	return true;
}

bool change_parse(struct changes *changes, const json_t *json)
{
	const char *object = json_string_value(json_object_get(json, "object"));
	const char *detail = json_string_value(json_object_get(json, "detail"));
	unsigned action, impact, result;
	struct change *change;

	if (!object || !find_name(json, "action", actions, array_size(actions), &action) ||
	    !find_impact(json, &impact) ||
	    !find_name(json, "result", results, array_size(results), &result))
		return false;
	change = change_add(changes, object, (enum change_action)action, (enum key_impact)impact,
			    detail);
	change->result = (enum change_result)result;
	return parse_drops(changes, change, json_object_get(json, "drops"));
}
