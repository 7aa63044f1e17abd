/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/recovery.h"

#include <stdio.h>
#include <string.h>

#include "apply/apply.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/accounting.h"
#include "daemon/candidate.h"
#include "daemon/charon.h"
#include "daemon/dynamic_authorization.h"
#include "daemon/guard.h"
#include "daemon/ledger.h"
#include "daemon/radius_link.h"
#include "daemon/seals.h"
#include "daemon/teardown.h"
#include "daemon/transaction.h"
#include "daemon/workers.h"
#include "daemon/zones.h"

enum unfinished {
	UNFINISHED_NOTHING,
	UNFINISHED_FAIL,      /* cut off before its commit: what was before comes back */
	UNFINISHED_SETTLE,    /* cut off after it */
	UNFINISHED_TAKE_BACK, /* not confirmed in time */
	UNFINISHED_WAIT,      /* may still be confirmed */
};

struct recovery {
	struct gateway *gateway;
	bool living;      /* a gateway of ours runs */
	unsigned current; /* generation in force; 0 = none */
	enum unfinished unfinished;
	struct ledger ledger;
};

static enum unfinished judge(const struct recovery *recovery, const char *boot)
{
	const struct journal *journal = &recovery->ledger.journal;

	if (journal->phase == JOURNAL_APPLYING)
		return recovery->current == journal->to ? UNFINISHED_SETTLE : UNFINISHED_FAIL;
	/* Taken back already, but not to the end: then `from` is in force. */
	if (recovery->current != journal->to || !journal_left_ms(journal, boot, boot_ms()))
		return UNFINISHED_TAKE_BACK;
	return UNFINISHED_WAIT;
}

static int look(struct recovery *recovery, struct err *err)
{
	const struct paths *paths = &recovery->gateway->paths;
	struct err damaged = { .code = ERR_NONE };
	char boot[BOOT_ID_MAX];
	int found;

	recovery->living = teardown_is_due(paths);
	if (boot_id(boot, err) < 0 || history_current(paths, &recovery->current, err) < 0)
		return -1;
	recovery->ledger.paths = paths;
	found = journal_read(paths, &recovery->ledger.journal, &damaged);
	if (found < 0) {
		log_warning("%s; what is in force is generation %u", damaged.text,
			    recovery->current);
		return journal_remove(paths, err);
	}
	if (found == 0)
		recovery->unfinished = judge(recovery, boot);
	return 0;
}

/* Copies of the policy among them. */
static void remove_halves(const struct paths *paths)
{
	const char *const folders[] = { paths->run, paths->state };
	const char *slash = strrchr(paths->policy, '/');
	char folder[PATHS_MAX];
	struct err err;

	(void)snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - paths->policy) : 0,
		       paths->policy);
	if (*folder && file_remove_halves(folder, &err) < 0)
		log_warning("%s", err.text);
	for (size_t i = 0; i < array_size(folders); i++) {
		if (file_remove_halves(folders[i], &err) < 0)
			log_warning("%s", err.text);
	}
	history_sweep(paths);
}

/* What the machine is made to be comes first, and then what is written about it. */
static int make_an_end(struct recovery *recovery, struct err *err)
{
	struct ledger *ledger = &recovery->ledger;
	struct err failed = { .code = ERR_NONE };
	int result = 0;

	switch (recovery->unfinished) {
	case UNFINISHED_NOTHING:
	case UNFINISHED_WAIT:
		break;
	case UNFINISHED_FAIL:
		log_warning("generation %u (%s by %s) was cut off and is undone",
			    ledger->journal.to, ledger->journal.what, ledger->journal.who);
		ledger_fail(ledger, "l2tpgwd ended in the middle of it", &failed);
		if (failed.code != ERR_NONE)
			log_error("%s", failed.text);
		break;
	case UNFINISHED_SETTLE:
		result = ledger_settle(ledger, err);
		break;
	case UNFINISHED_TAKE_BACK:
		log_warning("generation %u (%s by %s) was not confirmed in time and is taken back",
			    ledger->journal.to, ledger->journal.what, ledger->journal.who);
		result = ledger_roll_back(ledger, "it was not confirmed in time", err);
		break;
	}
	return result < 0 ? -1 : 0;
}

/* ---- which policy ---- */

static unsigned wanted_generation(const struct recovery *recovery)
{
	return recovery->unfinished == UNFINISHED_TAKE_BACK ? recovery->ledger.journal.from
							    : recovery->current;
}

static void say(struct gateway *gateway, const char *what, const struct err *why)
{
	(void)snprintf(gateway->apply_result, sizeof(gateway->apply_result), "%s: %s", what,
		       why->text);
	log_error("%s: %s", what, why->text);
}

static int take_over(struct recovery *recovery, struct candidate *candidate, struct err *err)
{
	struct gateway *gateway = recovery->gateway;
	struct err why = { .code = ERR_NONE };

	if (candidate_from_generation(gateway, wanted_generation(recovery), candidate, &why) == 0)
		return 0;
	say(gateway, "what was in force cannot be taken over, so it is the policy on disk", &why);
	return candidate_from_disk(gateway, candidate, err);
}

static int start_fresh(struct recovery *recovery, struct candidate *candidate, struct err *err)
{
	struct gateway *gateway = recovery->gateway;
	struct err ignored;

	if (candidate_from_disk(gateway, candidate, err) == 0)
		return 0;
	if (!recovery->current ||
	    candidate_from_generation(gateway, recovery->current, candidate, &ignored) < 0)
		return -1;
	(void)snprintf(gateway->fallback, sizeof(gateway->fallback),
		       "the policy on disk is of no use, generation %u is in force instead; see "
		       "l2tpgw check",
		       recovery->current);
	say(gateway, gateway->fallback, err);
	return 0;
}

/* ---- putting it in force ---- */

static bool is_current(const struct recovery *recovery, const struct buf *text)
{
	cleanup_buf struct buf now = BUF_INIT;
	struct err ignored;

	return recovery->current &&
	       history_policy(&recovery->gateway->paths, recovery->current, &now, &ignored) == 0 &&
	       now.len == text->len && !memcmp(buf_text(&now), buf_text(text), now.len);
}

static int converge(struct gateway *gateway, const struct plan *plan, struct err *err)
{
	const struct machine machine = machine_here(&gateway->paths);
	cleanup_arena struct arena *arena = arena_new();
	struct steps steps;
	char text[160];

	workers_hold(gateway->workers, plan);
	if (apply_diff(&machine, plan, OBJECT_ALL, arena, &steps, err) < 0 ||
	    apply_run(&machine, &steps, err) < 0)
		return -1;
	for (size_t i = 0; i < steps.count; i++)
		log_info("%s: %s", steps.list[i].after.present ? "set" : "removed",
			 object_text(&steps.list[i].object, text, sizeof(text)));
	return 0;
}

/* Another policy than the last one in force is a generation of its own, once it is in force. */
static int record(struct recovery *recovery, const struct buf *text, struct err *err)
{
	struct ledger ledger = { .paths = &recovery->gateway->paths,
				 .journal = { .who = "l2tpgwd", .what = "start" } };

	if (is_current(recovery, text))
		return 0;
	if (ledger_open(&ledger, text, NULL, err) < 0)
		return -1;
	if (ledger_commit(&ledger, err) == 0)
		return ledger_settle(&ledger, err);
	ledger_fail(&ledger, err->text, err);
	return -1;
}

/* It is what was in force all the time, and not what an end was made of just now. */
static bool went_on(const struct recovery *recovery, const struct candidate *candidate)
{
	return recovery->living && is_current(recovery, &candidate->text) &&
	       (recovery->unfinished == UNFINISHED_NOTHING ||
		recovery->unfinished == UNFINISHED_WAIT);
}

/* The files that a policy names for its secrets are read anew, and may have changed since. */
static void compare_secrets(const struct recovery *recovery, const struct candidate *candidate)
{
	struct gateway *gateway = recovery->gateway;
	struct err err = { .code = ERR_NONE };
	char what[64];

	if (went_on(recovery, candidate) &&
	    seals_broken(&gateway->paths, candidate->policy, what, sizeof(what))) {
		(void)snprintf(gateway->reread, sizeof(gateway->reread),
			       "%s changed, in a file that the policy names, after the last apply: "
			       "what is in the file now is in force since l2tpgwd was started",
			       what);
		log_warning("%s", gateway->reread);
	}
	if (seals_write(&gateway->paths, candidate->policy, &err) < 0)
		log_warning("%s", err.text);
}

static int begin_with(struct recovery *recovery, struct candidate *candidate, struct err *err)
{
	struct gateway *gateway = recovery->gateway;

	if (converge(gateway, candidate->plan, err) < 0 ||
	    record(recovery, &candidate->text, err) < 0)
		return -1;
	compare_secrets(recovery, candidate);
	candidate_swap(candidate, gateway);
	gateway->sessions = session_table_new(gateway->policy);
	zones_refresh(gateway);
	radius_link_follow(gateway->radius);
	/* What it was before, a power failure may have ended. */
	if (!recovery->living)
		accounting_on(gateway->accounting);
	dynamic_authorization_follow(gateway->dynamic_authorization);
	return 0;
}

int recovery_begin(struct gateway *gateway, struct err *err)
{
	struct recovery recovery = { .gateway = gateway };
	cleanup_candidate struct candidate candidate = { .text = BUF_INIT };

	remove_halves(&gateway->paths);
	if (look(&recovery, err) < 0)
		return -1;
	/* Where nothing runs, the file that is taken depends on how that ends. */
	if (!recovery.living && (make_an_end(&recovery, err) < 0 ||
				 history_current(&gateway->paths, &recovery.current, err) < 0))
		return -1;
	if ((recovery.living && recovery.current ? take_over(&recovery, &candidate, err)
						 : start_fresh(&recovery, &candidate, err)) < 0)
		return -1;
	if (recovery.living && recovery.unfinished != UNFINISHED_NOTHING) {
		if (converge(gateway, candidate.plan, err) < 0 || make_an_end(&recovery, err) < 0 ||
		    history_current(&gateway->paths, &recovery.current, err) < 0)
			return -1;
		gateway->cut_off = recovery.unfinished == UNFINISHED_FAIL ||
				   recovery.unfinished == UNFINISHED_TAKE_BACK;
	}
	return begin_with(&recovery, &candidate, err);
}

void recovery_continue(struct gateway *gateway)
{
	struct err err = { .code = ERR_NONE };
	struct journal journal;

	if (gateway->cut_off && gateway->plan->charon_managed &&
	    charon_is_outdated(gateway->charon, gateway->plan->charon_digest))
		charon_restart(gateway->charon);
	if (journal_read(&gateway->paths, &journal, &err) == 0) {
		transaction_resume(gateway, &journal);
		if (guard_start(&gateway->paths, &err) < 0)
			log_error("%s", err.text);
	} else {
		guard_end(&gateway->paths);
	}
}
