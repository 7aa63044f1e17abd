/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "drive/dir_monitor.h"
#include "tmpdir.h"

struct seen {
	unsigned count, any;
	char last[64];
};

static void note(void *user, const char *name)
{
	struct seen *seen = user;

	seen->count++;
	seen->any += !*name;
	(void)snprintf(seen->last, sizeof(seen->last), "%s", name);
}

static struct seen drained(int fd)
{
	struct seen seen = { 0 };
	struct err err;

	assert_int_equal(dir_monitor_drain(fd, note, &seen, &err), 0);
	return seen;
}

static void what_happens_to_files_is_seen(void **state)
{
	char path[256];
	struct err err;
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/a.conf", tmpdir);
	fd = dir_monitor_open(tmpdir, &err);
	assert_true(fd >= 0);
	assert_int_equal(drained(fd).count, 0);
	assert_int_equal(file_write(path, "x", 1, 0600, false, &err), 0);
	assert_string_equal(drained(fd).last, "a.conf");
	assert_int_equal(chmod(path, 0644), 0);
	assert_string_equal(drained(fd).last, "a.conf");
	assert_int_equal(truncate(path, 0), 0);
	(void)drained(fd);
	assert_int_equal(unlink(path), 0);
	assert_string_equal(drained(fd).last, "a.conf");
	assert_int_equal(drained(fd).count, 0);
	close(fd);
}

static void the_directory_itself_may_go(void **state)
{
	char path[256];
	struct err err;
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/gone", tmpdir);
	assert_int_equal(mkdir(path, 0700), 0);
	fd = dir_monitor_open(path, &err);
	assert_true(fd >= 0);
	assert_int_equal(rmdir(path), 0);
	assert_true(drained(fd).any >= 1);
	close(fd);
	assert_true(dir_monitor_open(path, &err) < 0);
	assert_non_null(strstr(err.text, "gone"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_happens_to_files_is_seen),
		cmocka_unit_test(the_directory_itself_may_go),
	};

	return cmocka_run_group_tests(tests, tmpdir_make, tmpdir_remove);
}
