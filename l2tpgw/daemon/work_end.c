/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/work.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "daemon/acls.h"
#include "daemon/charon.h"
#include "daemon/control.h"
#include "daemon/counters.h"
#include "daemon/drift.h"
#include "daemon/dynamic_authorization.h"
#include "daemon/guard.h"
#include "daemon/integration.h"
#include "daemon/radius_link.h"
#include "daemon/seals.h"
#include "daemon/workers.h"
#include "daemon/zones.h"

#define TICK_MS  20
#define UNDO_MS  20000 /* for charon to take back what it had */
#define LATER_MS 60000 /* what cannot be followed now may be possible later */

static void work_free(struct work *work)
{
	candidate_free(&work->candidate);
	arena_free(work->arena);
	*work = (struct work){ .candidate = { .text = BUF_INIT } };
}

static void note_result(struct gateway *gateway, const char *result)
{
	gateway->applied = (int64_t)time(NULL);
	(void)snprintf(gateway->apply_result, sizeof(gateway->apply_result), "%s", result);
}

static json_t *confirm_by(const struct transaction *t)
{
	char text[RFC3339_MAX];

	return t->waits ? json_string(ledger_deadline(&t->waiting, text)) : json_null();
}

static json_t *result_json(const struct transaction *t)
{
	const struct work *work = &t->work;
	const struct gateway *gateway = t->gateway;
	struct err ignored;
	unsigned current = 0;

	(void)history_current(&gateway->paths, &current, &ignored);
	return json_pack(
	    "{s:s, s:i, s:o, s:f, s:i, s:i, s:o}", "schema", "l2tpgw.apply/1", "generation",
	    (int)current, "changes", changes_json(&work->effects.changes), "seconds",
	    (double)(loop_ms() - work->began) / 1000, "sessions", (int)work->sessions, "dropped",
	    (int)changes_dropped(&work->effects.changes), "confirm_by", confirm_by(t));
}

static enum work_state finish(struct transaction *t, const struct err *err)
{
	struct gateway *gateway = t->gateway;
	const struct work *work = &t->work;
	size_t count = work->effects.changes.count;
	bool changed = gateway->changing;
	char result[64];

	gateway->changing = false;
	acls_follow(gateway->acls, NULL);
	(void)snprintf(result, sizeof(result), "%zu changes", count);
	if (err->code != ERR_NONE || work->recorded || count)
		note_result(gateway, err->code == ERR_NONE ? result : err->text);
	if (err->code != ERR_NONE)
		log_error("apply: %s", err->text);
	else if (count)
		log_notice("applied %zu changes", count);
	if (work->client)
		control_finish(gateway->control, work->client,
			       err->code == ERR_NONE ? result_json(t) : NULL, err);
	gateway_reloaded(gateway);
	work_free(&t->work);
	if (changed)
		drift_repair(gateway->drift, OBJECT_ALL);
	return work_rest(t);
}

enum work_state work_nothing(struct transaction *t)
{
	const struct err none = { .code = ERR_NONE };

	return finish(t, &none);
}

/* ---- undoing ---- */

/* Whoever asked for it was told; what runs is what waits, so it goes on waiting. */
static bool is_refused_rollback(const struct work *work)
{
	return work->purpose == PURPOSE_TAKE_BACK && work->client && !work->swapped;
}

/* What is due stays due: it is tried again. */
static enum work_state finish_failed(struct transaction *t)
{
	struct err failure = t->work.failure;
	enum work_purpose purpose = t->work.purpose;
	bool again = purpose == PURPOSE_TAKE_BACK && !is_refused_rollback(&t->work);
	enum work_state state = finish(t, &failure);

	if (again)
		loop_timer_in(&t->timer, WORK_RETRY_MS);
	/* Until it is confirmed the timer belongs to the change that waits. */
	if (purpose == PURPOSE_FOLLOW && !t->waits) {
		t->follow = t->follow_later = true;
		loop_timer_in(&t->timer, LATER_MS);
	}
	return state;
}

/* What is in the sets of a table goes with it. */
void work_refill(struct transaction *t)
{
	const struct steps *steps = &t->work.effects.steps;

	for (size_t i = 0; i < t->work.done; i++) {
		if (steps->list[i].object.kind == OBJECT_RULESET)
			gateway_refill(t->gateway);
	}
}

static void undo_objects(struct transaction *t, struct err *err)
{
	const struct machine machine = machine_here(&t->gateway->paths);

	if (apply_undo(&machine, &t->work.effects.steps, t->work.done, err) < 0)
		t->gateway->broken = true;
	else
		(void)err_wrap(err, "nothing was changed");
}

/* In reverse. Only charon takes its time. */
enum work_state work_undo(struct transaction *t, const struct err *failure)
{
	struct gateway *gateway = t->gateway;
	struct work *work = &t->work;
	bool wait = work->given;

	work->failure = *failure;
	if (work->swapped) {
		candidate_swap(&work->candidate, gateway);
		work->swapped = false;
		charon_restart(gateway->charon);
		wait = true;
	} else if (work->given) {
		charon_load(gateway->charon);
	}
	undo_objects(t, &work->failure);
	acls_follow(gateway->acls, NULL);
	session_table_shards(gateway->sessions, gateway->plan->worker_of);
	work_refill(t);
	workers_abandon(gateway->workers);
	integration_follow(gateway->integration, gateway->policy);
	if (work->recorded)
		ledger_fail(&work->ledger, failure->text, &work->failure);
	if (!wait)
		return finish_failed(t);
	t->deadline = loop_ms() + UNDO_MS;
	loop_timer_in(&t->timer, TICK_MS);
	return STATE_UNDOING;
}

enum work_state work_undoing(struct transaction *t, const void *what)
{
	(void)what;
	if (!charon_ready(t->gateway->charon) && loop_ms() < t->deadline) {
		loop_timer_in(&t->timer, TICK_MS);
		return STATE_UNDOING;
	}
	if (!charon_ready(t->gateway->charon))
		(void)err_wrap(
		    &t->work.failure,
		    "charon does not answer; it is given what it had as soon as it does");
	return finish_failed(t);
}

/* Before anything was touched. */
enum work_state work_refuse(struct transaction *t, const struct err *err)
{
	t->work.failure = *err;
	return finish_failed(t);
}

enum work_state work_abandon(struct transaction *t)
{
	struct work *work = &t->work;

	(void)err_set(&work->failure, ERR_LOCKED, "the gateway is being taken down");
	if (work->recorded)
		ledger_fail(&work->ledger, "the gateway was taken down", &work->failure);
	return finish_failed(t);
}

/* ---- it is done: committing ---- */

void work_progress(struct transaction *t, size_t from, size_t to, enum change_result result)
{
	struct changes *changes = &t->work.effects.changes;

	for (size_t i = from; i < to; i++) {
		changes->list[i].result = result;
		if (t->work.client)
			control_progress(t->gateway->control, t->work.client,
					 change_json(&changes->list[i]));
	}
}

static void adopt(struct transaction *t)
{
	struct gateway *gateway = t->gateway;
	struct err err = { .code = ERR_NONE };

	if (!t->work.swapped)
		candidate_swap(&t->work.candidate, gateway);
	t->work.swapped = true;
	counters_refresh(gateway);
	session_table_policy(gateway->sessions, gateway->policy);
	zones_refresh(gateway);
	radius_link_follow(gateway->radius);
	dynamic_authorization_follow(gateway->dynamic_authorization);
	acls_follow(gateway->acls, NULL);
	/* Who is locked out now goes now. */
	(void)session_tick(gateway->sessions, gateway_now());
	workers_commit(gateway->workers);
	if (!charon_ready(gateway->charon))
		charon_load(gateway->charon);
	gateway->broken = false;
	gateway->reread[0] = '\0';
	if (seals_write(&gateway->paths, gateway->policy, &err) < 0)
		log_warning("%s", err.text);
}

/* The next l2tpgwd would see to it as well: the policy is in force whatever comes of this. */
static void settle(struct transaction *t)
{
	struct ledger *ledger = &t->work.ledger;
	struct err err = { .code = ERR_NONE };

	t->unsettled = ledger_settle(ledger, &err) < 0;
	t->settling = *ledger;
	if (t->unsettled)
		log_error("after the apply: %s; tried again until it works", err.text);
	if (!ledger->journal.confirm_within)
		return;
	t->waits = true;
	t->waiting = *ledger;
	if (guard_start(&t->gateway->paths, &err) < 0)
		log_error("nobody watches over the confirmation if l2tpgwd dies: %s", err.text);
}

static int taken_back(struct transaction *t, struct err *err)
{
	int result = ledger_roll_back(&t->waiting, t->work.why, err);

	if (result < 0) {
		(void)snprintf(t->taken_back, sizeof(t->taken_back), "%s", t->work.why);
		return err_wrap(err, "what runs is generation %u again", t->waiting.journal.from);
	}
	if (result > 0)
		log_warning("%s was edited meanwhile and is left as it is; what is in force is "
			    "generation %u",
			    t->gateway->paths.policy, t->waiting.journal.from);
	log_notice("generation %u was taken back: %s", t->waiting.journal.to, t->work.why);
	t->waits = t->unsettled = false;
	t->taken_back[0] = '\0';
	guard_end(&t->gateway->paths);
	return 0;
}

enum work_state work_commit(struct transaction *t)
{
	struct work *work = &t->work;
	struct err err = { .code = ERR_NONE };

	if (work->recorded && ledger_commit(&work->ledger, &err) < 0)
		return work_undo(t, &err);
	adopt(t);
	if (work->recorded)
		settle(t);
	if (work->purpose == PURPOSE_TAKE_BACK && taken_back(t, &work->failure) < 0)
		return finish_failed(t);
	work_progress(t, 0, work->effects.objects, CHANGE_DONE);
	work_progress(t, work->effects.workers, work->effects.parts, CHANGE_DONE);
	return work_nothing(t);
}
