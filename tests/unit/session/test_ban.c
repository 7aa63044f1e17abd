/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "helper.h"
#include "session/ban.h"

static struct err err;

static void a_ban_keeps_a_user_out_until_it_is_over(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct session_answer answer;
	struct drained drained;

	(void)state;
	assert_int_equal(session_ban(table, WALL, "alice", 60, &err), 0);
	secure(table, 0, 1);
	secure(table, 0, 2);
	(void)drain(table);
	assert_int_equal(ask(table, 59000, 1, 501, "alice", false, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_BANNED);
	assert_string_equal(answer.message, "");
	drained = drain(table);
	assert_string_equal(
	    drained.report[SESSION_J_REFUSED].text,
	    "refused alice from 203.0.113.1:4501: the user or the address is banned until "
	    "2023-11-14T22:14:20Z");
	/* Nobody else behind that address notices. */
	assert_int_equal(dial(table, 59000, 2, 502, "dave"), SESSION_ADMIT);
	assert_int_equal(dial(table, 60000, 1, 501, "alice"), SESSION_ADMIT);
	session_table_free(table);
}

static void a_ban_can_be_lifted_and_replaced(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);

	(void)state;
	assert_int_equal(session_ban(table, WALL, "alice", 60, &err), 0);
	assert_int_equal(session_ban(table, WALL, "alice", 10, &err), 0);
	assert_int_equal(session_ban_of(table, WALL, "alice", 0)->until, WALL + 10);
	assert_null(session_ban_of(table, WALL + 10, "alice", 0));
	assert_false(session_ban_lift(table, WALL, "bob"));
	assert_true(session_ban_lift(table, WALL, "alice"));
	assert_false(session_ban_lift(table, WALL, "alice"));
	assert_null(session_ban_of(table, WALL, "alice", 0));
	session_table_free(table);
}

static void nonsense_is_refused(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	char name[SESSION_USER_MAX + 1];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_true(session_ban(table, WALL, name, 60, &err) < 0);
	assert_true(session_ban(table, WALL, "", 60, &err) < 0);
	assert_true(session_ban(table, WALL, "alice", 0, &err) < 0);
	assert_true(session_ban(table, WALL, "alice", SESSION_BAN_SECONDS_MAX + 1, &err) < 0);
	for (unsigned i = 0; i < SESSION_BANS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "user%u", i);
		assert_int_equal(session_ban(table, WALL, name, 60, &err), 0);
	}
	assert_true(session_ban(table, WALL, "one more", 60, &err) < 0);
	assert_int_equal(session_ban(table, WALL + 60, "one more", 60, &err), 0);
	session_table_free(table);
}

static void bans_outlive_the_table(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy), *next = test_table(&policy);
	json_t *json, *list;
	char *text;

	(void)state;
	assert_int_equal(session_ban(table, WALL, "late", 90, &err), 0);
	assert_int_equal(session_ban(table, WALL, "d\xc3\xa9j\xc3\xa0", 60, &err), 0);
	assert_int_equal(session_ban(table, WALL, "over", 5, &err), 0);
	json = session_bans_encode(table, WALL);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	assert_int_equal(session_bans_decode(next, WALL + 10, text, strlen(text), &err), 0);
	free(text);
	assert_null(session_ban_of(next, WALL + 10, "over", 0));
	assert_int_equal(session_ban_of(next, WALL + 10, "late", 0)->until, WALL + 90);
	list = session_bans_json(next, WALL + 10);
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "user")),
			    "d\xc3\xa9j\xc3\xa0");
	assert_true(json_is_null(json_object_get(json_array_get(list, 0), "peer")));
	json_decref(list);
	session_table_free(table);
	session_table_free(next);
}

static void what_is_no_list_of_bans_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{}",
		"{\"format\":2,\"bans\":[]}",
		"{\"format\":1}",
		"{\"format\":1,\"bans\":[{}]}",
		"{\"format\":1,\"bans\":[{\"user\":\"\",\"since\":\"2026-01-01T00:00:00Z\","
		"\"until\":\"2026-01-01T00:00:00Z\"}]}",
		"{\"format\":1,\"bans\":[{\"user\":\"a\",\"since\":\"2026-01-01T00:00:00Z\","
		"\"until\":\"tomorrow\"}]}",
	};
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_true(session_bans_decode(table, WALL, texts[i], strlen(texts[i]), &err) < 0);
	session_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ban_keeps_a_user_out_until_it_is_over),
		cmocka_unit_test(a_ban_can_be_lifted_and_replaced),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(bans_outlive_the_table),
		cmocka_unit_test(what_is_no_list_of_bans_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
