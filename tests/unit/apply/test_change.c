/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "apply/change.h"
#include "base/cleanup.h"
#include "policy/json.h"
#include "unit.h"

static void impact_is(const struct change *change, const char *expected)
{
	cleanup_buf struct buf text = BUF_INIT;

	change_impact_text(change, &text);
	assert_string_equal(buf_text(&text), expected);
}

static void impacts_say_whom(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct changes changes = { .arena = arena };
	struct change *change;

	(void)state;
	impact_is(change_add(&changes, "x", CHANGE_SET, KEY_LIVE, NULL), "live");
	impact_is(change_add(&changes, "x", CHANGE_SET, KEY_NEW_SESSIONS, NULL), "new sessions");
	impact_is(change_add(&changes, "x", CHANGE_SET, KEY_ROLLING, NULL), "rolling");
	change = change_add(&changes, "charon", CHANGE_SET, KEY_DROPS, NULL);
	impact_is(change, "drops 0");
	change_drops(&changes, change, "alice", "1-a");
	change_drops(&changes, change, "", "2-b");
	impact_is(change, "drops 2 (alice, 2-b)");
}

static void a_session_drops_once(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct changes changes = { .arena = arena };
	struct change *change;

	(void)state;
	assert_int_equal(changes_dropped(&changes), 0);
	change = change_add(&changes, "charon", CHANGE_SET, KEY_DROPS, NULL);
	change_drops(&changes, change, "alice", "1-a");
	change_drops(&changes, change, "bob", "2-b");
	change = change_add(&changes, "user alice", CHANGE_REMOVE, KEY_DROPS, NULL);
	change_drops(&changes, change, "alice", "1-a");
	change_drops(&changes, change, "alice", "3-c");
	assert_int_equal(changes_dropped(&changes), 3);
}

static void what_is_written_is_read(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct changes changes = { .arena = arena }, back = { .arena = arena };
	cleanup_json json_t *once = NULL, *twice = NULL;
	const json_t *entry;
	size_t i;

	(void)state;
	for (unsigned n = 0; n < 3 * 4 * 5; n++) {
		struct change *change =
		    change_add(&changes, "object", (enum change_action)(n % 3),
			       (enum key_impact)(n % 4), n % 2 ? "detail" : NULL);

		change->result = (enum change_result)(n % 5);
		for (unsigned drops = 0; drops < n % 3; drops++)
			change_drops(&changes, change, "alice", "1-a");
	}
	once = changes_json(&changes);
	json_array_foreach(once, i, entry) assert_true(change_parse(&back, entry));
	twice = changes_json(&back);
	assert_int_equal(json_array_size(once), 60);
	assert_true(json_equal(once, twice));
}

static void a_cut_text_is_still_json(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct changes changes = { .arena = arena };
	cleanup_json json_t *json = NULL;

	(void)state;
	json = change_json(change_add(&changes, "user b\xc3", CHANGE_ADD, KEY_LIVE, "\xff"));
	assert_string_equal(json_string_value(json_object_get(json, "object")), "user b?");
	assert_string_equal(json_string_value(json_object_get(json, "detail")), "?");
}

static void strange_json_is_no_change(void **state)
{
	static const char *const strange[] = {
		"null",
		"[]",
		"{}",
		"{\"object\": 1, \"action\": \"add\", \"impact\": \"live\", \"result\": \"done\"}",
		"{\"object\": \"x\", \"action\": \"?\", \"impact\": \"live\", \"result\": "
		"\"done\"}",
		"{\"object\": \"x\", \"action\": \"add\", \"impact\": \"\", \"result\": \"done\"}",
		"{\"object\": \"x\", \"action\": \"add\", \"impact\": \"live\"}",
		"{\"object\": \"x\", \"action\": \"add\", \"impact\": \"live\", \"result\": "
		"\"done\","
		" \"drops\": [{\"user\": \"a\"}]}",
	};
	cleanup_arena struct arena *arena = arena_new();
	struct changes changes = { .arena = arena };

	(void)state;
	for (size_t i = 0; i < array_size(strange); i++) {
		cleanup_json json_t *json = json_loads(strange[i], JSON_DECODE_ANY, NULL);

		assert_non_null(json);
		assert_false(change_parse(&changes, json));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(impacts_say_whom),
		cmocka_unit_test(a_session_drops_once),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(a_cut_text_is_still_json),
		cmocka_unit_test(strange_json_is_no_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
