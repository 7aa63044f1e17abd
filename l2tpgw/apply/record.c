/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/record.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/json.h"

#define SCHEMA "l2tpgw.generation/1"

static const char *const results[] = {
	[GENERATION_APPLIED] = "applied",
	[GENERATION_FAILED] = "failed",
	[GENERATION_UNCONFIRMED] = "unconfirmed",
	[GENERATION_PENDING] = "pending",
};

const char *generation_result_name(enum generation_result result)
{
	return results[result];
}

static json_t *first_changes(const struct changes *changes)
{
	json_t *list = json_array();

	for (size_t i = 0; changes && i < changes->count && i < HISTORY_CHANGES_MAX; i++)
		json_array_append_new(list, change_json(&changes->list[i]));
	return list;
}

json_t *record_json(const struct generation *g, const struct changes *changes)
{
	return json_pack("{s:s, s:I, s:I, s:o, s:o, s:s, s:o, s:I, s:o}", "schema", SCHEMA,
			 "number", (json_int_t)g->number, "when", (json_int_t)g->when, "who",
			 json_text(g->who), "what", json_text(g->what), "result",
			 results[g->result], "detail", json_text(g->detail), "effects",
			 (json_int_t)g->changes, "changes", first_changes(changes));
}

void record_set_result(json_t *record, enum generation_result result, const char *detail)
{
	char cut[sizeof(((struct generation *)0)->detail)];

	(void)snprintf(cut, sizeof(cut), "%s", detail ? detail : "");
	(void)json_object_set_new(record, "result", json_string(results[result]));
	(void)json_object_set_new(record, "detail", json_text(cut));
}

static bool take_text(const json_t *json, const char *member, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(json, member));

	return text && (size_t)snprintf(out, size, "%s", text) < size;
}

static bool take_number(const json_t *json, const char *member, unsigned *out)
{
	const json_t *number = json_object_get(json, member);

	*out = (unsigned)json_integer_value(number);
	return json_is_integer(number) && json_integer_value(number) == (json_int_t)*out;
}

static bool take_result(const json_t *json, enum generation_result *result)
{
	const char *text = json_string_value(json_object_get(json, "result"));

	for (size_t i = 0; text && i < array_size(results); i++) {
		if (strcmp(results[i], text) != 0)
			continue;
		*result = (enum generation_result)i;
		return true;
	}
	return false;
}

bool record_parse(const json_t *json, struct generation *g, struct changes *changes)
{
	const char *schema = json_string_value(json_object_get(json, "schema"));
	const json_t *entry;
	size_t i;

	*g = (struct generation){ .when = json_integer_value(json_object_get(json, "when")) };
	if (!schema || strcmp(schema, SCHEMA) != 0 || !take_number(json, "number", &g->number) ||
	    !take_number(json, "effects", &g->changes) ||
	    !take_text(json, "who", g->who, sizeof(g->who)) ||
	    !take_text(json, "what", g->what, sizeof(g->what)) ||
	    !take_text(json, "detail", g->detail, sizeof(g->detail)) ||
	    !take_result(json, &g->result))
		return false;
	json_array_foreach(json_object_get(json, "changes"), i, entry)
	{
		if (changes && !change_parse(changes, entry))
			return false;
	}
	return true;
}
