/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fields.h"
#include "base/file.h"
#include "daemon/format.h"
#include "drive/tmpdir.h"
#include "session/session.h"

static struct paths paths;

static void put(const char *path, const char *text, size_t len)
{
	struct err err;

	assert_int_equal(file_write(path, text, len, 0600, false, &err), 0);
}

static void expect(bool fine, const char *about)
{
	struct err err = { .code = ERR_NONE };

	assert_int_equal(format_check(&paths, &err) == 0, fine);
	if (!fine && !strstr(err.text, about))
		fail_msg("\"%s\" does not tell of %s", err.text, about);
}

static void what_was_there_before_numbers_is_taken_over(void **state)
{
	struct err err;

	(void)state;
	expect(true, "");
	assert_int_equal(format_write(&paths, &err), 0);
	expect(true, "");
}

static void another_number_is_refused_and_named(void **state)
{
	static const char *const numbers[] = { "2\n", "10\n", "", "x\n", "-1\n", " 1\n", "01\n" };
	char run[PATHS_MAX], kept[PATHS_MAX];
	struct err err;

	(void)state;
	(void)snprintf(run, sizeof(run), "%s/format", paths.run);
	(void)snprintf(kept, sizeof(kept), "%s/format", paths.state);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		assert_int_equal(format_write(&paths, &err), 0);
		put(run, numbers[i], strlen(numbers[i]));
		expect(false, run);
		assert_int_equal(format_write(&paths, &err), 0);
		put(kept, numbers[i], strlen(numbers[i]));
		expect(false, kept);
	}
	put(run, "12345678901234567890", 20);
	expect(false, "larger");
	assert_int_equal(format_write(&paths, &err), 0);
}

/* RestartPreventExitStatus= of the unit: systemd would go on trying for ever. */
static void the_refusal_is_one_that_systemd_takes(void **state)
{
	struct err err = { .code = ERR_NONE };
	char kept[PATHS_MAX];

	(void)state;
	(void)snprintf(kept, sizeof(kept), "%s/format", paths.state);
	put(kept, "9\n", 2);
	assert_int_equal(format_check(&paths, &err), -1);
	assert_int_equal(err.code, ERR_LOCKED);
	assert_int_equal(format_write(&paths, &err), 0);
}

static void a_record_of_another_format_stops_all(void **state)
{
	struct fields fields;
	char path[PATHS_MAX + 16];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/7", paths.sessions);
	put(path, "damaged", 7);
	expect(true, "");
	fields_init(&fields);
	fields_put(&fields, "state", "up");
	put(path, fields.data, fields.len);
	expect(true, "");
	fields_put_number(&fields, SESSION_FORMAT_FIELD, SESSION_FORMAT);
	put(path, fields.data, fields.len);
	expect(true, "");
	fields_init(&fields);
	fields_put_number(&fields, SESSION_FORMAT_FIELD, SESSION_FORMAT + 1);
	put(path, fields.data, fields.len);
	expect(false, path);
	assert_int_equal(access(path, F_OK), 0);
}

static int setup(void **state)
{
	if (tmpdir_make(state) < 0)
		return -1;
	(void)snprintf(paths.run, sizeof(paths.run), "%s/run", tmpdir);
	(void)snprintf(paths.state, sizeof(paths.state), "%s/state", tmpdir);
	(void)snprintf(paths.sessions, sizeof(paths.sessions), "%s/sessions", paths.run);
	return mkdir(paths.run, 0755) || mkdir(paths.state, 0700) || mkdir(paths.sessions, 0700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_there_before_numbers_is_taken_over),
		cmocka_unit_test(another_number_is_refused_and_named),
		cmocka_unit_test(the_refusal_is_one_that_systemd_takes),
		cmocka_unit_test(a_record_of_another_format_stops_all),
	};

	return cmocka_run_group_tests(tests, setup, tmpdir_remove);
}
