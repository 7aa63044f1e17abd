/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/ledger.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "apply/policy_file.h"
#include "apply/policy_install.h"
#include "base/file.h"
#include "policy/policy.h"

int ledger_check_base(const struct ledger *ledger, struct err *err)
{
	const char *path = ledger->paths->policy;
	cleanup_buf struct buf text = BUF_INIT;
	char digest[SHA256_TEXT_MAX];

	if (!*ledger->base)
		return 0;
	if (file_read(path, POLICY_BYTES_MAX, &text, err) < 0)
		return -1;
	if (!strcmp(sha256_text(buf_text(&text), text.len, digest), ledger->base))
		return 0;
	return err_set(err, ERR_LOCKED,
		       "%s was changed by somebody else meanwhile, which is left as it is; try "
		       "again",
		       path);
}

static int add_generation(struct ledger *ledger, const struct buf *text,
			  const struct changes *changes, struct err *err)
{
	struct journal *journal = &ledger->journal;
	struct generation generation = { .when = journal->since };

	(void)snprintf(generation.who, sizeof(generation.who), "%s", journal->who);
	(void)snprintf(generation.what, sizeof(generation.what), "%s", journal->what);
	if (history_add(ledger->paths, &generation, buf_text(text), text->len, changes, err) < 0)
		return -1;
	journal->to = generation.number;
	return 0;
}

int ledger_open(struct ledger *ledger, const struct buf *text, const struct changes *changes,
		struct err *err)
{
	struct journal *journal = &ledger->journal;

	journal->phase = JOURNAL_APPLYING;
	journal->since = (int64_t)time(NULL);
	if (ledger_check_base(ledger, err) < 0 ||
	    history_current(ledger->paths, &journal->from, err) < 0 ||
	    boot_id(journal->boot, err) < 0 || add_generation(ledger, text, changes, err) < 0)
		return -1;
	journal->installed = !policy_install_holds(ledger->paths, text);
	if (journal_write(ledger->paths, journal, err) == 0 &&
	    (!journal->installed || policy_install(ledger->paths, text, err) == 0))
		return 0;
	ledger_fail(ledger, err->text, err);
	return -1;
}

int ledger_commit(struct ledger *ledger, struct err *err)
{
	return history_commit(ledger->paths, ledger->journal.to, err);
}

int ledger_settle(struct ledger *ledger, struct err *err)
{
	struct journal *journal = &ledger->journal;

	/* The time runs from the first attempt on. */
	if (journal->confirm_within && journal->phase != JOURNAL_CONFIRMING &&
	    journal_confirming(journal, err) < 0)
		return -1;
	if (policy_install_done(ledger->paths, err) < 0)
		return -1;
	return journal->confirm_within ? journal_write(ledger->paths, journal, err)
				       : journal_remove(ledger->paths, err);
}

/* Keeps the text of the failure it comes from, whatever else fails here. */
static void add_failure(struct err *err, const char *what, const struct err *why)
{
	(void)err_wrap(err, "%s (%s)", what, why->text);
}

void ledger_fail(struct ledger *ledger, const char *why, struct err *err)
{
	const struct journal *journal = &ledger->journal;
	const struct paths *paths = ledger->paths;
	cleanup_buf struct buf text = BUF_INIT;
	struct err undo = { .code = ERR_NONE };
	unsigned current = 0;

	if (history_current(paths, &current, &undo) < 0 ||
	    (current != journal->from && history_commit(paths, journal->from, &undo) < 0)) {
		add_failure(err, "the history cannot be put back", &undo);
		return;
	}
	if (journal->installed && (history_policy(paths, journal->to, &text, &undo) < 0 ||
				   policy_install_undo(paths, &text, &undo) < 0)) {
		add_failure(err, "the policy file cannot be put back", &undo);
		return;
	}
	if (history_result(paths, journal->to, GENERATION_FAILED, why, &undo) < 0)
		add_failure(err, "the history does not tell", &undo);
	if (journal_remove(paths, &undo) < 0)
		add_failure(err, "the journal is left", &undo);
}

const char *ledger_deadline(const struct ledger *ledger, char out[RFC3339_MAX])
{
	char boot[BOOT_ID_MAX];
	struct err ignored;
	uint64_t left = 0;

	if (boot_id(boot, &ignored) == 0)
		left = journal_left_ms(&ledger->journal, boot, boot_ms());
	return rfc3339_text((int64_t)time(NULL) + (int64_t)(left / 1000), out);
}

int ledger_confirm(struct ledger *ledger, struct err *err)
{
	return journal_remove(ledger->paths, err);
}

/* Only what was applied is replaced by what is in force again. */
static int put_file_back(const struct ledger *ledger, struct err *err)
{
	const struct journal *journal = &ledger->journal;
	cleanup_buf struct buf from = BUF_INIT, to = BUF_INIT;

	if (history_policy(ledger->paths, journal->from, &from, err) < 0 ||
	    history_policy(ledger->paths, journal->to, &to, err) < 0)
		return -1;
	if (policy_install_holds(ledger->paths, &from))
		return 0;
	if (!policy_install_holds(ledger->paths, &to))
		return 1;
	return policy_file_write(ledger->paths->policy, &from, err);
}

int ledger_roll_back(struct ledger *ledger, const char *why, struct err *err)
{
	const struct journal *journal = &ledger->journal;
	int result;

	if (history_commit(ledger->paths, journal->from, err) < 0)
		return -1;
	result = put_file_back(ledger, err);
	if (result < 0 ||
	    history_result(ledger->paths, journal->to, GENERATION_UNCONFIRMED, why, err) < 0 ||
	    journal_remove(ledger->paths, err) < 0)
		return -1;
	return result;
}
