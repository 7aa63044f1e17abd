/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "cli/backup.h"
#include "unit.h"

static int read_text(const char *text, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct backup backup = { .arena = arena };

	return backup_read(&backup, text, strlen(text), err);
}

static void test_what_was_written_is_read(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct backup_file files[] = { { "/etc/l2tpgw/psk", "se\"cr\\et\n" },
				       { "/etc/l2tpgw/pki/a", "\xc3\xa9" } };
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
	struct backup_file file = { "/etc/l2tpgw/psk", "\xff\xfe" };
	struct backup out = { .policy = "{}", .files = &file, .files_count = 1 };
	cleanup_buf struct buf text = BUF_INIT;
	struct err err;

	(void)state;
	assert_int_equal(backup_write(&out, 0, &text, &err), -1);
	assert_non_null(strstr(err.text, "/etc/l2tpgw/psk"));
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
	};
	struct err err;

	(void)state;
	assert_int_equal(read_text(ONE_FILE("/a/.b/..c"), &err), 0);
	for (size_t i = 0; i < array_size(texts); i++) {
		if (read_text(texts[i], &err) == 0)
			fail_msg("taken: %s", texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_written_is_read),
		cmocka_unit_test(test_binary_is_refused),
		cmocka_unit_test(test_hostile_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
