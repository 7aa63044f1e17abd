/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "apply/journal.h"
#include "apply/policy_install.h"
#include "base/file.h"
#include "drive/tmpdir.h"

static struct paths paths;

static int make(void **state)
{
	struct err err;

	if (tmpdir_make(state) < 0 || setenv("L2TPGW_STATE", tmpdir, 1) < 0 ||
	    setenv("L2TPGW_ETC", tmpdir, 1) < 0)
		return -1;
	return paths_load(&paths, &err);
}

static const struct journal sample = { .phase = JOURNAL_CONFIRMING,
				       .from = 3,
				       .to = 4,
				       .installed = true,
				       .who = "root (\"alice\")",
				       .what = "user add bob",
				       .since = 1790000000,
				       .confirm_within = 120,
				       .boot = "a-boot",
				       .confirm_by = 5000000000u };

static void it_reads_as_it_was_written(void **state)
{
	struct journal journal;
	struct stat st;
	struct err err;

	(void)state;
	assert_int_equal(journal_read(&paths, &journal, &err), 1);
	assert_int_equal(journal_write(&paths, &sample, &err), 0);
	assert_int_equal(stat(paths.journal, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(journal_read(&paths, &journal, &err), 0);
	assert_int_equal(journal.phase, sample.phase);
	assert_int_equal(journal.from, 3);
	assert_int_equal(journal.to, 4);
	assert_true(journal.installed);
	assert_string_equal(journal.who, sample.who);
	assert_string_equal(journal.what, sample.what);
	assert_int_equal(journal.since, sample.since);
	assert_int_equal(journal.confirm_within, 120);
	assert_string_equal(journal.boot, "a-boot");
	assert_int_equal(journal.confirm_by, sample.confirm_by);
	assert_int_equal(journal_remove(&paths, &err), 0);
	assert_int_equal(journal_read(&paths, &journal, &err), 1);
	assert_int_equal(journal_remove(&paths, &err), 0);
}

static void what_is_none_is_not_believed(void **state)
{
	static const char *const bad[] = {
		"",
		"{}",
		"[1]",
		"{\"schema\": \"l2tpgw.journal/2\"}",
		"{\"schema\": \"l2tpgw.journal/1\", \"phase\": \"applying\", \"from\": 1}",
		"{\"schema\": \"l2tpgw.journal/1\", \"phase\": \"sleeping\", \"from\": 1, \"to\": "
		"2, "
		"\"since\": 1, \"confirm_within\": 0, \"confirm_by_ms\": 0, \"who\": \"a\", "
		"\"what\": \"b\", \"boot\": \"c\"}",
		"{\"schema\": \"l2tpgw.journal/1\", \"phase\": \"applying\", \"from\": -1, \"to\": "
		"2, "
		"\"since\": 1, \"confirm_within\": 0, \"confirm_by_ms\": 0, \"who\": \"a\", "
		"\"what\": \"b\", \"boot\": \"c\"}",
		"{\"schema\": \"l2tpgw.journal/1\", \"phase\": \"applying\", \"from\": 1, \"to\": "
		"0, "
		"\"since\": 1, \"confirm_within\": 0, \"confirm_by_ms\": 0, \"who\": \"a\", "
		"\"what\": \"b\", \"boot\": \"c\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct journal journal;
		struct err err = { .code = ERR_NONE };

		tmpdir_write("journal", bad[i]);
		assert_int_equal(journal_read(&paths, &journal, &err), -1);
		assert_non_null(strstr(err.text, "damaged"));
	}
	assert_int_equal(unlink(paths.journal), 0);
}

static void time_runs_out_by_its_own_boot(void **state)
{
	struct journal journal = sample;
	struct err err;

	(void)state;
	assert_int_equal(journal_left_ms(&sample, "a-boot", 4999999000u), 1000);
	assert_int_equal(journal_left_ms(&sample, "a-boot", 5000000000u), 0);
	assert_int_equal(journal_left_ms(&sample, "another-boot", 1), 0);
	assert_int_equal(journal_confirming(&journal, &err), 0);
	assert_true(journal_left_ms(&journal, journal.boot, boot_ms()) > 100000);
}

/* ---- the policy file ---- */

static struct buf text_of(const char *text)
{
	struct buf buf = BUF_INIT;

	buf_puts(&buf, text);
	return buf;
}

static void expect_policy(const char *expected)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err;

	if (!expected) {
		assert_int_not_equal(access(paths.policy, F_OK), 0);
		return;
	}
	assert_int_equal(file_read(paths.policy, 4096, &text, &err), 0);
	assert_string_equal(buf_text(&text), expected);
}

static void expect_nothing_kept(void)
{
	assert_int_not_equal(access(tmpdir_path("policy.before"), F_OK), 0);
}

static void an_installed_policy_is_put_back(void **state)
{
	cleanup_buf struct buf new = text_of("new");
	struct err err = { .code = ERR_NONE };

	(void)state;
	tmpdir_write("policy.json", "old, and never applied");
	assert_int_equal(policy_install(&paths, &new, &err), 0);
	expect_policy("new");
	assert_true(policy_install_holds(&paths, &new));
	assert_int_equal(policy_install_undo(&paths, &new, &err), 0);
	expect_policy("old, and never applied");
	expect_nothing_kept();
	assert_int_equal(policy_install_undo(&paths, &new, &err), 0);
	expect_policy("old, and never applied");
	assert_int_equal(policy_install(&paths, &new, &err), 0);
	assert_int_equal(policy_install_done(&paths, &err), 0);
	assert_int_equal(policy_install_undo(&paths, &new, &err), 0);
	expect_policy("new");
}

static void one_that_was_not_there_goes_again(void **state)
{
	cleanup_buf struct buf new = text_of("new");
	struct err err = { .code = ERR_NONE };

	(void)state;
	(void)unlink(paths.policy);
	assert_int_equal(policy_install(&paths, &new, &err), 0);
	expect_policy("new");
	assert_int_equal(policy_install_undo(&paths, &new, &err), 0);
	expect_policy(NULL);
	expect_nothing_kept();
}

static void what_was_edited_meanwhile_stays(void **state)
{
	cleanup_buf struct buf new = text_of("new");
	struct err err = { .code = ERR_NONE };

	(void)state;
	tmpdir_write("policy.json", "old");
	assert_int_equal(policy_install(&paths, &new, &err), 0);
	tmpdir_write("policy.json", "an edit of somebody");
	assert_int_equal(policy_install_undo(&paths, &new, &err), 1);
	expect_policy("an edit of somebody");
	expect_nothing_kept();
}

/* A crash after putting back and before forgetting: the next one sees that it is done. */
static void putting_back_twice_is_putting_back(void **state)
{
	cleanup_buf struct buf new = text_of("new");
	struct err err = { .code = ERR_NONE };

	(void)state;
	tmpdir_write("policy.json", "old");
	assert_int_equal(policy_install(&paths, &new, &err), 0);
	tmpdir_write("policy.json", "old");
	assert_int_equal(policy_install_undo(&paths, &new, &err), 0);
	expect_policy("old");
	expect_nothing_kept();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_as_it_was_written),
		cmocka_unit_test(what_is_none_is_not_believed),
		cmocka_unit_test(time_runs_out_by_its_own_boot),
		cmocka_unit_test(an_installed_policy_is_put_back),
		cmocka_unit_test(one_that_was_not_there_goes_again),
		cmocka_unit_test(what_was_edited_meanwhile_stays),
		cmocka_unit_test(putting_back_twice_is_putting_back),
	};

	return cmocka_run_group_tests(tests, make, tmpdir_remove);
}
