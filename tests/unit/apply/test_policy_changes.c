/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "apply/policy_changes.h"
#include "base/cleanup.h"

static struct policy *load(const char *ipsec, const char *users)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct policy *policy;
	struct diags diags;

	buf_printf(&text,
		   "{ \"version\": 1, \"ipsec\": { \"psk\": \"%s },\n"
		   "  \"users\": [ { \"name\": \"alice\", \"password\": \"in wonderland\" }%s ] }",
		   ipsec, users);
	policy = policy_load("policy.json", text.data, text.len, NULL, NULL, &diags);
	diags_free(&diags);
	assert_non_null(policy);
	return policy;
}

static void is_change(const struct change *change, const char *object, enum change_action action,
		      enum key_impact impact, const char *detail)
{
	assert_string_equal(change->object, object);
	assert_int_equal(change->action, action);
	assert_int_equal(change->impact, impact);
	if (detail)
		assert_string_equal(change->detail, detail);
	else
		assert_null(change->detail);
}

static void changes_are_told_and_secrets_are_not(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct changes changes = { .arena = arena };
	struct policy *before = load("a key that nobody can guess\", \"dpd\": \"60s\"",
				     ", { \"name\": \"bob\", \"password\": \"builder\","
				     " \"address\": \"10.9.9.9\" }"
				     ", { \"name\": \"dave\", \"password\": \"x\" }");
	struct policy *after = load("a key that nobody will guess\"",
				    ", { \"name\": \"bob\", \"password\": \"rebuilt\","
				    " \"disabled\": true }"
				    ", { \"name\": \"carol\", \"password\": \"christmas\" }");

	(void)state;
	policy_changes(&changes, before, after);
	assert_int_equal(changes.count, 5);
	is_change(&changes.list[0], "policy ipsec.psk", CHANGE_SET, KEY_NEW_SESSIONS, "differs");
	is_change(&changes.list[1], "policy ipsec.dpd", CHANGE_SET, KEY_NEW_SESSIONS, "1m -> 30s");
	is_change(&changes.list[2], "user bob", CHANGE_SET, KEY_DROPS,
		  "password differs; address 10.9.9.9 -> auto; disabled false -> true");
	is_change(&changes.list[3], "user carol", CHANGE_ADD, KEY_NEW_SESSIONS, NULL);
	is_change(&changes.list[4], "user dave", CHANGE_REMOVE, KEY_DROPS, NULL);
	policy_free(before);
	policy_free(after);
}

static void nothing_changed_is_no_change(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct changes changes = { .arena = arena };
	struct policy *before = load("a key that nobody can guess\"", "");
	struct policy *after = load("a key that nobody can guess\", \"dpd\": \"30s\"", "");

	(void)state;
	policy_changes(&changes, before, after);
	assert_int_equal(changes.count, 0);
	policy_free(before);
	policy_free(after);
}

static void long_values_are_cut(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct changes changes = { .arena = arena };
	struct policy *before = load("a key that nobody can guess\", \"clients\": [\"linux\"]", "");
	struct policy *after = load("a key that nobody can guess\"", "");

	(void)state;
	policy_changes(&changes, before, after);
	assert_true(changes.count > 1);
	for (size_t i = 0; i < changes.count; i++)
		assert_true(strlen(changes.list[i].detail) < 140);
	policy_free(before);
	policy_free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_told_and_secrets_are_not),
		cmocka_unit_test(nothing_changed_is_no_change),
		cmocka_unit_test(long_values_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
