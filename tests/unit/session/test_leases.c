/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everybody gets the same address again, also from a gateway that was started anew. */
#include "unit.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "helper.h"
#include "session/leases.h"

#define MANY 400u

static struct err err;

static const char *name_of(unsigned i, char out[16])
{
	(void)snprintf(out, 16, "user%u", i);
	return out;
}

static void nobody_shares_one(void **state)
{
	struct leases leases = { 0 };
	char name[16];

	(void)state;
	assert_int_equal(leases_last(&leases, "user0"), 0);
	for (unsigned i = 0; i < MANY; i++)
		leases_note(&leases, name_of(i, name), POOL + i);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(leases_last(&leases, name_of(i, name)), POOL + i);
	leases_note(&leases, "user7", POOL + 7000);
	assert_int_equal(leases_last(&leases, "user7"), POOL + 7000);
	assert_int_equal(leases.count, MANY);
	leases_free(&leases);
}

static void the_oldest_gives_way(void **state)
{
	struct leases leases = { 0 };
	char name[16];

	(void)state;
	for (unsigned i = 0; i < LEASES_MAX; i++)
		leases_note(&leases, name_of(i, name), POOL + i);
	leases_note(&leases, "user0", POOL);
	leases_note(&leases, "one more", 1);
	assert_int_equal(leases.count, LEASES_MAX);
	assert_int_equal(leases_last(&leases, "one more"), 1);
	assert_int_equal(leases_last(&leases, "user0"), POOL);
	assert_int_equal(leases_last(&leases, "user1"), 0);
	assert_int_equal(leases_last(&leases, "user2"), POOL + 2);
	leases_free(&leases);
}

/* What is the same again need not be written again. */
static void changes_are_numbered(void **state)
{
	struct leases leases = { 0 };
	uint64_t before;

	(void)state;
	leases_note(&leases, "alice", 1);
	leases_note(&leases, "bob", 2);
	before = leases.changes;
	leases_note(&leases, "bob", 2);
	assert_true(leases.changes == before);
	leases_note(&leases, "alice", 1);
	assert_true(leases.changes != before);
	leases_free(&leases);
}

static char *encoded(const struct session_table *table)
{
	json_t *json = session_leases_encode(table);
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	return text;
}

static uint32_t address_of(struct session_table *table, uint32_t n, const char *user)
{
	secure(table, 0, n);
	assert_int_equal(dial(table, 0, fabric_slot(n), 500 + n, user), SESSION_ADMIT);
	return session_by_slot(table, fabric_slot(n))->address;
}

/* alice left; dave is on when the power fails. */
static void they_outlive_the_table(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy), *next = test_table(&policy);
	cleanup_free char *text = NULL;

	(void)state;
	assert_int_equal(address_of(table, 1, "alice"), POOL + 2);
	assert_int_equal(address_of(table, 2, "dave"), POOL + 3);
	ended(table, 1000, 501, SESSION_EXITED, 0);
	text = encoded(table);
	assert_int_equal(session_leases_decode(next, text, strlen(text), &err), 0);
	assert_int_equal(address_of(next, 1, "bob"), FIXED);
	assert_int_equal(address_of(next, 2, "dave"), POOL + 3);
	assert_int_equal(address_of(next, 3, "alice"), POOL + 2);
	session_table_free(table);
	session_table_free(next);
}

/* Whoever comes first after a restart is somebody else. */
static void nobody_new_gets_them(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy), *next = test_table(&policy);
	cleanup_free char *text = NULL;

	(void)state;
	assert_int_equal(address_of(table, 1, "alice"), POOL + 2);
	text = encoded(table);
	assert_int_equal(session_leases_decode(next, text, strlen(text), &err), 0);
	assert_int_equal(address_of(next, 1, "dave"), POOL + 3);
	session_table_policy(table, &policy);
	ended(table, 1000, 501, SESSION_EXITED, 0);
	session_table_policy(table, &policy);
	assert_int_equal(address_of(table, 2, "dave"), POOL + 3);
	session_table_free(table);
	session_table_free(next);
}

/* Hostile or outdated: what is in the file is a wish. */
static void no_file_gives_an_impossible_address(void **state)
{
	static const char *const addresses[] = {
		"0.0.0.0", "10.9.0.0",  "10.9.0.1",    "10.9.0.50",       "10.9.0.255",
		"8.8.8.8", "127.0.0.1", "192.168.1.1", "255.255.255.255", "10.9.1.7",
	};
	struct policy policy = test_policy();

	(void)state;
	for (size_t i = 0; i < array_size(addresses); i++) {
		struct session_table *table = test_table(&policy);
		cleanup_free char *text = NULL;
		char damaged[256], *at;

		assert_int_equal(address_of(table, 1, "alice"), POOL + 2);
		ended(table, 0, 501, SESSION_EXITED, 0);
		text = encoded(table);
		at = strstr(text, "10.9.0.2");
		assert_non_null(at);
		(void)snprintf(damaged, sizeof(damaged), "%.*s%s%s", (int)(at - text), text,
			       addresses[i], at + strlen("10.9.0.2"));
		session_table_free(table);
		table = test_table(&policy);
		assert_int_equal(session_leases_decode(table, damaged, strlen(damaged), &err), 0);
		assert_int_equal(address_of(table, 1, "alice"), POOL + 2);
		session_table_free(table);
	}
}

static void what_is_damaged_is_nothing(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{}",
		"{\"format\":2,\"leases\":[]}",
		"{\"format\":1}",
		"{\"format\":1,\"leases\":{}}",
		"{\"format\":1,\"leases\":[5]}",
		"{\"format\":1,\"leases\":[{\"user\":\"5\",\"address\":\"10.9.0.2\"}]}",
		"{\"format\":1,\"leases\":[{\"user\":-5,\"address\":\"10.9.0.2\"}]}",
		"{\"format\":1,\"leases\":[{\"user\":5,\"address\":\"10.9.0\"}]}",
		"{\"format\":1,\"leases\":[{\"user\":5,\"address\":7}]}",
		"{\"format\":1,\"leases\":[{\"user\":5,\"address\":\"10.9.0.2\"},{}]}",
	};
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++) {
		cleanup_free char *text = NULL;

		assert_true(session_leases_decode(table, texts[i], strlen(texts[i]), &err) < 0);
		text = encoded(table);
		assert_string_equal(text, "{\"format\":1,\"leases\":[]}");
	}
	session_table_free(table);
}

static void one_too_many_is_damaged(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	json_t *list = json_array();
	json_t *json = json_pack("{s:i, s:o}", "format", 1, "leases", list);

	(void)state;
	for (int extra = 0; extra < 2; extra++) {
		cleanup_free char *text = NULL;

		while (json_array_size(list) < LEASES_MAX + (size_t)extra)
			json_array_append_new(
			    list, json_pack("{s:i, s:s}", "user", 5, "address", "10.9.0.9"));
		text = json_dumps(json, JSON_COMPACT);
		assert_int_equal(session_leases_decode(table, text, strlen(text), &err),
				 extra ? -1 : 0);
	}
	json_decref(json);
	session_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_shares_one),
		cmocka_unit_test(the_oldest_gives_way),
		cmocka_unit_test(changes_are_numbered),
		cmocka_unit_test(they_outlive_the_table),
		cmocka_unit_test(nobody_new_gets_them),
		cmocka_unit_test(no_file_gives_an_impossible_address),
		cmocka_unit_test(what_is_damaged_is_nothing),
		cmocka_unit_test(one_too_many_is_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
