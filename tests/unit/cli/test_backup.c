/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "unit.h"

#include "../drive/tmpdir.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cli/backup.h"
#include "cli/install.h"
#include "cli/verb.h"

static int read_text(const char *text, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct backup backup = { .arena = arena };

	return backup_read(&backup, text, strlen(text), err);
}

static void test_what_was_written_is_read(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct backup_file files[] = {
		{ .path = "/etc/l2tpgw/psk", .content = "se\"cr\\et\n" },
		{ .path = "/etc/l2tpgw/pki/a", .content = "\xc3\xa9" },
	};
	struct backup out = { .policy = "{ \"version\": 1 }\n", .files = files, .files_count = 2 };
	struct backup in = { .arena = arena };
	cleanup_buf struct buf text = BUF_INIT;
	struct err err;

	(void)state;
	assert_int_equal(backup_write(&out, 0, &text, &err), 0);
	assert_int_equal(backup_read(&in, buf_text(&text), text.len, &err), 0);
	assert_string_equal(in.policy, out.policy);
	assert_int_equal(in.files_count, 2);
	assert_string_equal(backup_find(&in, "/etc/l2tpgw/psk")->content, files[0].content);
	assert_string_equal(backup_find(&in, "/etc/l2tpgw/pki/a")->content, files[1].content);
	assert_null(backup_find(&in, "/etc/l2tpgw"));
}

static void test_binary_is_refused(void **state)
{
	struct backup_file file = { .path = "/etc/l2tpgw/psk", .content = "\xff\xfe" };
	struct backup out = { .policy = "{}", .files = &file, .files_count = 1 };
	cleanup_buf struct buf text = BUF_INIT;
	struct err err;

	(void)state;
	assert_int_equal(backup_write(&out, 0, &text, &err), -1);
	assert_non_null(strstr(err.text, "/etc/l2tpgw/psk"));
}

static void test_what_could_not_be_read_is_not_written(void **state)
{
	static const char *const paths[] = { "/etc/l2tpgw/./psk", "/etc//psk", "/etc/../psk",
					     "/etc/\x1b[2Jpsk", "/etc/\xc2\x9bpsk" };
	struct err err;

	(void)state;
	for (size_t i = 0; i < array_size(paths); i++) {
		struct backup_file file = { .path = paths[i], .content = "x" };
		struct backup out = { .policy = "{}", .files = &file, .files_count = 1 };
		cleanup_buf struct buf text = BUF_INIT;

		assert_int_equal(backup_write(&out, 0, &text, &err), -1);
		assert_non_null(strstr(err.text, "cannot be restored"));
		assert_null(strstr(err.text, "\x1b"));
	}
}

static void test_each_user_may_have_a_file(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct backup out = { .arena = arena, .policy = "{}" }, in = { .arena = arena };
	cleanup_buf struct buf text = BUF_INIT;
	struct err err;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct backup_file *file =
		    arena_push(arena, (void **)&out.files, &out.files_count, sizeof(*file));

		*file = (struct backup_file){ .path = arena_printf(arena, "/etc/l2tpgw/%u", i),
					      .content = "x" };
	}
	assert_int_equal(backup_write(&out, 0, &text, &err), 0);
	assert_int_equal(backup_read(&in, buf_text(&text), text.len, &err), 0);
	assert_int_equal(in.files_count, 1000);
}

#define DOCUMENT(files) \
	"{\"schema\": \"l2tpgw.backup/1\", \"policy\": \"{}\", \"files\": " files "}"
#define ONE_FILE(path) DOCUMENT("[{\"path\": \"" path "\", \"content\": \"x\"}]")

static void test_hostile_documents(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{",
		"{\"schema\": \"l2tpgw.backup/2\", \"policy\": \"{}\", \"files\": []}",
		"{\"schema\": \"l2tpgw.backup/1\", \"files\": []}",
		DOCUMENT("{}"),
		DOCUMENT("[{}]"),
		DOCUMENT("[{\"path\": \"/a\", \"content\": 1}]"),
		DOCUMENT("[{\"path\": \"/a\", \"content\": \"\"}, {\"path\": \"/a\", \"content\": "
			 "\"\"}]"),
		ONE_FILE(""),
		ONE_FILE("a"),
		ONE_FILE("/"),
		ONE_FILE("/a/"),
		ONE_FILE("//a"),
		ONE_FILE("/a/../b"),
		ONE_FILE("/a/.."),
		ONE_FILE("/./a"),
		ONE_FILE("/\\u001b[2J"),
	};
	struct err err;

	(void)state;
	assert_int_equal(read_text(ONE_FILE("/a/.b/..c"), &err), 0);
	for (size_t i = 0; i < array_size(texts); i++) {
		if (read_text(texts[i], &err) == 0)
			fail_msg("taken: %s", texts[i]);
	}
}

/* ---- restore ---- */

static const char *const psk = "a pre-shared key that nobody guesses";

/* Its policy names PSK; STRAY is there without being named. */
static void write_backup(const char *named, const char *stray)
{
	cleanup_arena struct arena *arena = arena_new();
	struct backup_file files[] = { { .path = named, .content = psk },
				       { .path = stray, .content = "x" } };
	struct backup backup = { .policy = arena_printf(
				     arena,
				     "{\"version\": 1, \"gateway\": {\"wan\": \"ens77\"}, "
				     "\"ipsec\": {\"psk\": {\"file\": \"%s\"}}}",
				     named),
				 .files = files,
				 .files_count = stray ? 2 : 1 };
	cleanup_buf struct buf text = BUF_INIT;
	struct err err;

	assert_int_equal(backup_write(&backup, 0, &text, &err), 0);
	tmpdir_write("backup", buf_text(&text));
}

/* Below tmpdir; root alone may. */
static int restore(struct paths *paths, bool outside, struct err *err)
{
	const struct args args = { .paths = paths,
				   .operand = { tmpdir_path("backup") },
				   .given = { [OPTION_OUTSIDE] = outside } };

	return verb_restore(&args, err);
}

static void load_paths(struct paths *paths)
{
	struct err err;

	if (geteuid() != 0)
		skip();
	assert_int_equal(setenv("L2TPGW_ETC", tmpdir_path("etc"), 1), 0);
	assert_int_equal(setenv("L2TPGW_RUN", tmpdir_path("run"), 1), 0);
	assert_int_equal(paths_load(paths, &err), 0);
}

static bool is_there(const char *name)
{
	return access(tmpdir_path(name), F_OK) == 0;
}

static void test_while_somebody_edits_nothing_is_written(void **state)
{
	struct paths paths;
	struct install other = INSTALL_INIT(&paths);
	struct err err = { .code = ERR_NONE };

	(void)state;
	load_paths(&paths);
	write_backup(tmpdir_path("etc/psk"), NULL);
	assert_int_equal(install_lock(&other, "user add", &err), 0);
	assert_int_equal(restore(&paths, false, &err), -1);
	assert_int_equal(err.code, ERR_LOCKED);
	assert_false(is_there("etc/psk"));
	install_free(&other);
}

static void test_what_was_new_is_taken_back(void **state)
{
	struct paths paths;
	struct err err = { .code = ERR_NONE };

	(void)state;
	load_paths(&paths);
	write_backup(tmpdir_path("etc/psk"), NULL);
	tmpdir_write("etc/policy.json/x", ""); /* a folder, which no policy can take the place of */
	assert_int_equal(restore(&paths, false, &err), -1);
	assert_false(is_there("etc/psk"));
	assert_int_equal(file_remove_tree(paths.policy, &err), 0);
}

static void test_only_what_the_policy_names_is_written(void **state)
{
	struct paths paths;
	struct err err = { .code = ERR_NONE };

	(void)state;
	load_paths(&paths);
	write_backup(tmpdir_path("elsewhere/psk"), tmpdir_path("elsewhere/cron"));
	assert_int_equal(restore(&paths, false, &err), -1);
	assert_int_equal(err.code, ERR_PERMISSION);
	assert_false(is_there("elsewhere/psk"));
	assert_int_equal(restore(&paths, true, &err), 0);
	assert_true(is_there("elsewhere/psk"));
	assert_false(is_there("elsewhere/cron"));
	assert_true(is_there("etc/policy.json"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_written_is_read),
		cmocka_unit_test(test_binary_is_refused),
		cmocka_unit_test(test_what_could_not_be_read_is_not_written),
		cmocka_unit_test(test_each_user_may_have_a_file),
		cmocka_unit_test(test_hostile_documents),
		cmocka_unit_test(test_while_somebody_edits_nothing_is_written),
		cmocka_unit_test(test_what_was_new_is_taken_back),
		cmocka_unit_test(test_only_what_the_policy_names_is_written),
	};

	return cmocka_run_group_tests(tests, tmpdir_make, tmpdir_remove);
}
