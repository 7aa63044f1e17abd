/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <unistd.h>

#include "base/file.h"
#include "daemon/ledger.h"
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

static struct ledger new_ledger(unsigned confirm_within)
{
	return (struct ledger){ .paths = &paths,
				.journal = { .who = "root (alice)",
					     .what = "apply",
					     .confirm_within = confirm_within } };
}

static void open_ledger(struct ledger *ledger, const char *text)
{
	cleanup_buf struct buf buf = BUF_INIT;
	struct err err = { .code = ERR_NONE };

	buf_puts(&buf, text);
	assert_int_equal(ledger_open(ledger, &buf, NULL, &err), 0);
}

static unsigned apply(const char *text, unsigned confirm_within, struct ledger *ledger)
{
	struct err err = { .code = ERR_NONE };

	*ledger = new_ledger(confirm_within);
	open_ledger(ledger, text);
	assert_int_equal(ledger_commit(ledger, &err), 0);
	assert_int_equal(ledger_settle(ledger, &err), 0);
	return ledger->journal.to;
}

static void expect_policy(const char *expected)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err;

	assert_int_equal(file_read(paths.policy, 4096, &text, &err), 0);
	assert_string_equal(buf_text(&text), expected);
}

static unsigned current(void)
{
	unsigned number;
	struct err err;

	assert_int_equal(history_current(&paths, &number, &err), 0);
	return number;
}

static void expect_generation(unsigned number, enum generation_result result, const char *detail)
{
	struct generation generation;
	struct err err;

	assert_int_equal(history_read(&paths, number, &generation, NULL, &err), 0);
	assert_int_equal(generation.result, result);
	assert_string_equal(generation.detail, detail);
	assert_string_equal(generation.who, "root (alice)");
}

static bool has_journal(void)
{
	return access(paths.journal, F_OK) == 0;
}

static void what_is_applied_is_in_force_and_on_disk(void **state)
{
	struct ledger ledger;
	unsigned number;

	(void)state;
	tmpdir_write("policy.json", "an edit that was never applied");
	number = apply("first", 0, &ledger);
	assert_int_equal(current(), number);
	expect_policy("first");
	expect_generation(number, GENERATION_APPLIED, "");
	assert_false(has_journal());
}

static void what_fails_leaves_nothing_but_a_generation(void **state)
{
	struct err err = { .code = ERR_NONE };
	struct ledger ledger;
	unsigned before = apply("before", 0, &ledger);

	(void)state;
	tmpdir_write("policy.json", "an edit that was never applied");
	ledger = new_ledger(0);
	open_ledger(&ledger, "failing");
	assert_true(has_journal());
	expect_policy("failing");
	ledger_fail(&ledger, "no space left", &err);
	assert_int_equal(err.code, ERR_NONE);
	assert_int_equal(current(), before);
	expect_policy("an edit that was never applied");
	expect_generation(ledger.journal.to, GENERATION_FAILED, "no space left");
	assert_false(has_journal());
}

/* The commit may have been written though it said that it failed. */
static void what_fails_at_its_commit_is_undone_too(void **state)
{
	struct err err = { .code = ERR_NONE };
	struct ledger ledger;
	unsigned before = apply("before", 0, &ledger);

	(void)state;
	ledger = new_ledger(0);
	open_ledger(&ledger, "failing");
	assert_int_equal(ledger_commit(&ledger, &err), 0);
	ledger_fail(&ledger, "the disk", &err);
	assert_int_equal(current(), before);
	expect_policy("before");
	assert_false(has_journal());
}

/* The disk is full, say: the time to confirm runs all the same, and from the first attempt on. */
static void what_cannot_be_settled_at_once_is_settled_later(void **state)
{
	struct err err = { .code = ERR_NONE };
	struct ledger ledger = new_ledger(60);
	uint64_t by;

	(void)state;
	open_ledger(&ledger, "to be confirmed");
	assert_int_equal(ledger_commit(&ledger, &err), 0);
	assert_int_equal(unlink(tmpdir_path("policy.before")), 0);
	tmpdir_write("policy.before/in the way", "");
	assert_int_equal(ledger_settle(&ledger, &err), -1);
	assert_int_equal(ledger.journal.phase, JOURNAL_CONFIRMING);
	by = ledger.journal.confirm_by;
	assert_in_range(by, boot_ms() + 50000, boot_ms() + 60000);
	assert_int_equal(unlink(tmpdir_path("policy.before/in the way")), 0);
	assert_int_equal(rmdir(tmpdir_path("policy.before")), 0);
	assert_int_equal(ledger_settle(&ledger, &err), 0);
	assert_int_equal(ledger.journal.confirm_by, by);
	assert_int_equal(ledger_confirm(&ledger, &err), 0);
	assert_false(has_journal());
}

static void what_waits_can_be_confirmed(void **state)
{
	struct err err = { .code = ERR_NONE };
	struct ledger ledger;
	unsigned number = apply("to be confirmed", 60, &ledger);

	(void)state;
	assert_true(has_journal());
	assert_int_equal(current(), number);
	assert_int_equal(ledger_confirm(&ledger, &err), 0);
	assert_false(has_journal());
	assert_int_equal(current(), number);
	expect_policy("to be confirmed");
}

static void what_waits_can_be_taken_back(void **state)
{
	struct err err = { .code = ERR_NONE };
	struct ledger ledger;
	unsigned before = apply("before", 0, &ledger), number;

	(void)state;
	number = apply("tried", 60, &ledger);
	assert_int_equal(ledger_roll_back(&ledger, "too late", &err), 0);
	assert_int_equal(current(), before);
	expect_policy("before");
	expect_generation(number, GENERATION_UNCONFIRMED, "too late");
	assert_false(has_journal());
}

static void an_edit_meanwhile_is_not_overwritten(void **state)
{
	struct err err = { .code = ERR_NONE };
	struct ledger ledger;
	unsigned before = apply("before", 0, &ledger);

	(void)state;
	(void)apply("tried", 60, &ledger);
	tmpdir_write("policy.json", "an edit of somebody");
	assert_int_equal(ledger_roll_back(&ledger, "too late", &err), 1);
	assert_int_equal(current(), before);
	expect_policy("an edit of somebody");
}

/* Also not before it: the change was made from what the file held then. */
static void an_edit_since_it_was_read_is_not_overwritten(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = { .code = ERR_NONE };
	struct ledger ledger;
	unsigned before = apply("read", 0, &ledger);

	(void)state;
	ledger = new_ledger(0);
	(void)sha256_text("read", 4, ledger.base);
	tmpdir_write("policy.json", "an edit of somebody");
	buf_puts(&text, "made from what was read");
	assert_int_equal(ledger_open(&ledger, &text, NULL, &err), -1);
	assert_int_equal(err.code, ERR_LOCKED);
	expect_policy("an edit of somebody");
	assert_int_equal(current(), before);
	assert_false(has_journal());

	tmpdir_write("policy.json", "read");
	open_ledger(&ledger, "made from what was read");
	expect_policy("made from what was read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_applied_is_in_force_and_on_disk),
		cmocka_unit_test(what_fails_leaves_nothing_but_a_generation),
		cmocka_unit_test(what_fails_at_its_commit_is_undone_too),
		cmocka_unit_test(what_cannot_be_settled_at_once_is_settled_later),
		cmocka_unit_test(what_waits_can_be_confirmed),
		cmocka_unit_test(what_waits_can_be_taken_back),
		cmocka_unit_test(an_edit_meanwhile_is_not_overwritten),
		cmocka_unit_test(an_edit_since_it_was_read_is_not_overwritten),
	};

	return cmocka_run_group_tests(tests, make, tmpdir_remove);
}
