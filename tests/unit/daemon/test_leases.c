/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "daemon/leases.h"
#include "session/leases.h"

static const struct policy policy;
static char dir[64];

static int begin(void **state)
{
	struct gateway *gateway = calloc(1, sizeof(*gateway));

	strcpy(dir, "/tmp/test-leases-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(gateway->paths.leases, sizeof(gateway->paths.leases), "%s/leases.json", dir);
	gateway->sessions = session_table_new(&policy);
	leases_load(gateway);
	*state = gateway;
	return 0;
}

static int end(void **state)
{
	struct gateway *gateway = *state;

	(void)unlink(gateway->paths.leases);
	(void)rmdir(dir);
	session_table_free(gateway->sessions);
	free(gateway);
	return 0;
}

/* As after a restart. */
static void start_again(struct gateway *gateway)
{
	session_table_free(gateway->sessions);
	gateway->sessions = session_table_new(&policy);
	leases_load(gateway);
}

static void have(struct gateway *gateway, const char *text)
{
	struct err err;

	assert_int_equal(session_leases_decode(gateway->sessions, text, strlen(text), &err), 0);
}

static ino_t file_now(const struct gateway *gateway)
{
	struct stat st;

	return stat(gateway->paths.leases, &st) == 0 ? st.st_ino : 0;
}

#define ONE "{\"format\":1,\"leases\":[{\"user\":5,\"address\":\"10.9.0.2\"}]}"

static void they_come_back(void **state)
{
	struct gateway *gateway = *state;
	char *text;
	json_t *json;

	leases_save(gateway);
	assert_int_equal(file_now(gateway), 0); /* there are none */
	have(gateway, ONE);
	leases_save(gateway);
	start_again(gateway);
	json = session_leases_encode(gateway->sessions);
	text = json_dumps(json, JSON_COMPACT);
	assert_string_equal(text, ONE);
	json_decref(json);
	free(text);
}

static void only_what_changed_is_written(void **state)
{
	struct gateway *gateway = *state;
	ino_t before;

	have(gateway, ONE);
	leases_save(gateway);
	before = file_now(gateway);
	assert_int_not_equal(before, 0);
	leases_save(gateway);
	start_again(gateway);
	leases_save(gateway);
	assert_int_equal(file_now(gateway), before);
}

static void a_damaged_file_is_none(void **state)
{
	struct gateway *gateway = *state;
	struct err err;

	assert_int_equal(file_write(gateway->paths.leases, "{", 1, 0600, true, &err), 0);
	start_again(gateway);
	assert_true(session_leases_changes(gateway->sessions) == 0);
	have(gateway, ONE);
	leases_save(gateway);
	start_again(gateway);
	assert_true(session_leases_changes(gateway->sessions) == 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(they_come_back),
		TEST(only_what_changed_is_written),
		TEST(a_damaged_file_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
