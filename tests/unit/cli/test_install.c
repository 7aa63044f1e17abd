/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "../drive/tmpdir.h"
#include "base/file.h"
#include "cli/install.h"

static struct paths paths;

static int make(void **state)
{
	struct err err;

	if (tmpdir_make(state) < 0 || setenv("L2TPGW_ETC", tmpdir, 1) < 0)
		return -1;
	return paths_load(&paths, &err);
}

static int install(struct install *install, const char *text, struct err *err)
{
	cleanup_buf struct buf buf = BUF_INIT;

	buf_puts(&buf, text);
	return install_text(install, &buf, "up --policy", err);
}

static void expect_policy(const char *expected)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err;

	assert_int_equal(file_read(paths.policy, 4096, &text, &err), 0);
	assert_string_equal(buf_text(&text), expected);
}

static void what_was_there_is_kept_and_put_back(void **state)
{
	struct install one = INSTALL_INIT(&paths);
	struct err err = { .code = ERR_NONE };

	(void)state;
	tmpdir_write("policy.json", "before");
	assert_int_equal(install(&one, "after", &err), 0);
	expect_policy("after");
	assert_int_equal(access(tmpdir_path("policy.json.before"), F_OK), 0);
	install_undo(&one, &err);
	assert_int_equal(err.code, ERR_NONE);
	expect_policy("before");
	install_free(&one);
}

static void who_edits_meanwhile_is_told_and_waits(void **state)
{
	struct install one = INSTALL_INIT(&paths), other = INSTALL_INIT(&paths);
	struct err err = { .code = ERR_NONE };

	(void)state;
	assert_int_equal(install(&one, "one", &err), 0);
	assert_int_equal(install(&other, "other", &err), -1);
	assert_int_equal(err.code, ERR_LOCKED);
	assert_non_null(strstr(err.text, "with up --policy"));
	expect_policy("one");
	install_free(&one);
	assert_int_equal(install(&other, "other", &err), 0);
	expect_policy("other");
	install_free(&other);
}

static void an_edit_made_by_hand_meanwhile_stays(void **state)
{
	struct install one = INSTALL_INIT(&paths);
	struct err err = { .code = ERR_FAILED, .text = "the gateway will not have it" };

	(void)state;
	tmpdir_write("policy.json", "before");
	assert_int_equal(install(&one, "after", &err), 0);
	tmpdir_write("policy.json", "by hand");
	install_undo(&one, &err);
	expect_policy("by hand");
	assert_non_null(strstr(err.text, "was edited meanwhile"));
	install_free(&one);
}

#define install_test(f) cmocka_unit_test_setup_teardown(f, make, tmpdir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		install_test(what_was_there_is_kept_and_put_back),
		install_test(who_edits_meanwhile_is_told_and_waits),
		install_test(an_edit_made_by_hand_meanwhile_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
