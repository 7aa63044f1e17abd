/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"

static struct err err;
static char dir[] = "/tmp/l2tpgw-test.XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static size_t files_in_dir(void)
{
	DIR *stream = opendir(dir);
	size_t count = 0;

	assert_non_null(stream);
	while (readdir(stream))
		count++;
	(void)closedir(stream);
	return count - 2;
}

static void written_is_read(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	const char *path = in_dir("file");
	struct stat st;

	(void)state;
	assert_int_equal(file_write(path, "first", 5, 0600, false, &err), 0);
	assert_int_equal(file_write(path, "sec\0nd", 6, 0640, true, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(file_read(path, 6, &text, &err), 0);
	assert_int_equal(text.len, 6);
	assert_memory_equal(text.data, "sec\0nd", 7);
	assert_int_equal(files_in_dir(), 1);
	assert_int_equal(file_sync(path, &err), 0);
	assert_int_equal(file_remove(path, &err), 0);
	assert_int_equal(file_remove(path, &err), 0);
	assert_int_equal(files_in_dir(), 0);
}

static void size_is_bounded(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	const char *path = in_dir("large");
	static char data[100000];

	(void)state;
	memset(data, 'd', sizeof(data));
	assert_int_equal(file_write(path, data, sizeof(data), 0600, false, &err), 0);
	assert_int_equal(file_read(path, sizeof(data) - 1, &text, &err), -1);
	assert_non_null(strstr(err.text, "larger"));
	assert_true(text.len < sizeof(data));
	buf_free(&text);
	/* What the buffer held before does not count. */
	buf_puts(&text, "before");
	assert_int_equal(file_read(path, sizeof(data), &text, &err), 0);
	assert_int_equal(text.len, sizeof(data) + 6);
	assert_int_equal(file_remove(path, &err), 0);
}

static void errors_name_the_file(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	char path[300];

	(void)state;
	assert_int_equal(file_read(in_dir("none"), 10, &text, &err), -1);
	assert_non_null(strstr(err.text, "/none"));
	assert_non_null(strstr(err.text, "No such file"));
	assert_int_equal(file_sync(in_dir("none"), &err), -1);
	assert_non_null(strstr(err.text, "/none"));
	assert_int_equal(file_read(dir, 10, &text, &err), -1);
	(void)snprintf(path, sizeof(path), "%s/none/file", dir);
	assert_int_equal(file_write(path, "x", 1, 0600, false, &err), -1);
	/* A directory in the way: nothing half-written stays. */
	assert_int_equal(file_mkdirs(in_dir("busy"), 0700, &err), 0);
	assert_int_equal(file_write(in_dir("busy"), "x", 1, 0600, false, &err), -1);
	assert_int_equal(files_in_dir(), 1);
	assert_int_equal(rmdir(in_dir("busy")), 0);
}

static void directories_are_made(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(file_mkdirs(in_dir("a/b/c"), 0700, &err), 0);
	assert_int_equal(stat(in_dir("a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(file_mkdirs(in_dir("a/b/c"), 0755, &err), 0);
	assert_int_equal(stat(in_dir("a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(file_write(in_dir("a/file"), "", 0, 0600, false, &err), 0);
	assert_int_equal(file_mkdirs(in_dir("a/file"), 0700, &err), -1);
	assert_non_null(strstr(err.text, "exists"));
	assert_int_equal(file_mkdirs(in_dir("a/file/d"), 0700, &err), -1);
	assert_int_equal(file_mkdirs("", 0700, &err), -1);
}

/* err */

static void errors_carry_code_and_context(void **state)
{
	(void)state;
	assert_int_equal(err_set(&err, ERR_POLICY, "line %d", 3), -1);
	assert_int_equal(err_wrap(&err, "%s", "policy.json"), -1);
	assert_string_equal(err.text, "policy.json: line 3");
	assert_int_equal(err.code, ERR_POLICY);
	assert_int_equal(err_errno(&err, EACCES, "open %s", "x"), -1);
	assert_int_equal(err.code, ERR_PERMISSION);
	assert_string_equal(err.text, "open x: Permission denied");
	assert_int_equal(err_errno(&err, ENOENT, "open"), -1);
	assert_int_equal(err.code, ERR_FAILED);
}

static void long_errors_are_cut(void **state)
{
	(void)state;
	err_set(&err, ERR_FAILED, "%5000s", "x");
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	err_wrap(&err, "context");
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_int_equal(strncmp(err.text, "context: ", 9), 0);
	err_errno(&err, EIO, "%5000s", "x");
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void a_tree_goes_without_what_it_points_to(void **state)
{
	char outside[256], inside[256];

	(void)state;
	(void)snprintf(outside, sizeof(outside), "%s", in_dir("outside"));
	(void)snprintf(inside, sizeof(inside), "%s", in_dir("tree/a/b/link"));
	assert_int_equal(file_mkdirs(in_dir("tree/a/b"), 0700, &err), 0);
	assert_int_equal(file_mkdirs(outside, 0700, &err), 0);
	assert_int_equal(file_write(in_dir("tree/a/file"), "x", 1, 0600, false, &err), 0);
	assert_int_equal(symlink(outside, inside), 0);
	assert_int_equal(file_remove_tree(in_dir("tree"), &err), 0);
	assert_int_not_equal(access(in_dir("tree"), F_OK), 0);
	assert_int_equal(access(outside, F_OK), 0);
	assert_int_equal(file_remove_tree(in_dir("tree"), &err), 0);
}

/* As a process leaves it that is killed between the first byte and the new name. */
static void what_was_half_written_goes(void **state)
{
	static const char *const kept[] = { "p.json", "p.json~", "p.before", "a.socket",
					    ".ABCDEFG~" };
	static const char *const halves[] = { "p.json.a1B2c3~", ".x.000000~" };

	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		assert_int_equal(file_write(in_dir(kept[i]), "x", 1, 0600, false, &err), 0);
	for (size_t i = 0; i < sizeof(halves) / sizeof(*halves); i++)
		assert_int_equal(file_write(in_dir(halves[i]), "x", 1, 0600, false, &err), 0);
	assert_int_equal(file_remove_halves(dir, &err), 0);
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		assert_int_equal(access(in_dir(kept[i]), F_OK), 0);
	for (size_t i = 0; i < sizeof(halves) / sizeof(*halves); i++)
		assert_int_not_equal(access(in_dir(halves[i]), F_OK), 0);
	assert_int_equal(file_remove_halves(in_dir("nowhere"), &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_is_read),
		cmocka_unit_test(size_is_bounded),
		cmocka_unit_test(errors_name_the_file),
		cmocka_unit_test(directories_are_made),
		cmocka_unit_test(errors_carry_code_and_context),
		cmocka_unit_test(long_errors_are_cut),
		cmocka_unit_test(what_was_half_written_goes),
		cmocka_unit_test(a_tree_goes_without_what_it_points_to),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
