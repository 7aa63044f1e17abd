/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/work.h"

#include <stdio.h>
#include <string.h>

#include "daemon/acls.h"
#include "daemon/charon.h"
#include "daemon/ike_ports.h"
#include "daemon/integration.h"
#include "daemon/workers.h"

#define LOOK_MS    20000 /* for a charon that is just being started to take questions */
#define AGAIN_MS   200
#define WORKERS_MS 30000 /* for new workers to answer */
#define TICK_MS    20
#define GOODBYE_MS 15000 /* for sessions to end, before charon is ended */
#define CHARON_MS  60000 /* for another charon to be ready */

/* ---- verifying ---- */

static const struct plan *next_plan(const struct transaction *t)
{
	return t->work.swapped ? t->gateway->plan : t->work.candidate.plan;
}

static int verify_objects(struct transaction *t, struct err *err)
{
	const struct machine machine = machine_here(&t->gateway->paths);
	cleanup_arena struct arena *arena = arena_new();
	struct steps left;
	char text[160];

	if (apply_diff(&machine, next_plan(t), OBJECT_ALL, arena, &left, err) < 0)
		return -1;
	if (!left.count)
		return 0;
	return err_set(err, ERR_FAILED, "%s is not what it was set to",
		       object_text(&left.list[0].object, text, sizeof(text)));
}

static void on_looked(void *user, const struct holding *holding, const struct err *why)
{
	(void)why;
	work_event(user, EVENT_LOOKED, holding);
}

static enum work_state verify(struct transaction *t)
{
	struct link *link = charon_link(t->gateway->charon);
	struct err err = { .code = ERR_NONE };

	work_progress(t, t->work.effects.parts, t->work.effects.changes.count, CHANGE_DONE);
	if (verify_objects(t, &err) < 0)
		return work_undo(t, &err);
	if (!t->work.given && !t->work.effects.charon)
		return work_commit(t);
	if (!link) {
		(void)err_set(&err, ERR_UNREACHABLE, "charon does not answer any more");
		return work_undo(t, &err);
	}
	if (holding_ask(link, next_plan(t), on_looked, t, &err) < 0)
		return work_undo(t, &err);
	return STATE_VERIFYING;
}

enum work_state work_verified(struct transaction *t, const void *what)
{
	const struct holding *holding = what;
	struct err err = { .code = ERR_NONE };

	if (holding && holding->connection && holding->secret && !*holding->difference)
		return work_commit(t);
	if (!holding)
		(void)err_set(&err, ERR_UNREACHABLE, "charon does not say what it holds");
	else
		(void)err_set(&err, ERR_FAILED, "charon does not hold what it was given: %s",
			      !holding->connection ? "the connection is missing"
			      : !holding->secret   ? "the secret is missing"
						   : holding->difference);
	return work_undo(t, &err);
}

/* ---- doing: the ruleset, charon ---- */

static void on_loaded(void *user, const struct err *why)
{
	work_event(user, EVENT_LOADED, why);
}

static enum work_state give(struct transaction *t)
{
	struct gateway *gateway = t->gateway;
	const struct effects *effects = &t->work.effects;
	struct link *link = charon_link(gateway->charon);
	struct err err = { .code = ERR_NONE };

	if (!effects->secret && !effects->connection)
		return verify(t);
	/* What was decided long ago does not wait for charon: it is given all when it comes. */
	if (!link && t->work.purpose != PURPOSE_APPLY)
		return verify(t);
	if (!link) {
		(void)err_set(&err, ERR_UNREACHABLE, "charon does not answer any more");
		return work_undo(t, &err);
	}
	if (holding_give(link, t->work.candidate.plan, effects->secret, effects->connection,
			 on_loaded, t, &err) < 0)
		return work_undo(t, &err);
	t->work.given = true;
	return STATE_LOADING;
}

enum work_state work_loaded(struct transaction *t, const void *what)
{
	const struct err *why = what;

	return why->code == ERR_NONE ? verify(t) : work_undo(t, why);
}

/* Another charon: it is given everything when it has started. */
enum work_state work_loading(struct transaction *t, const void *what)
{
	struct err err = { .code = ERR_NONE };

	(void)what;
	if (!t->work.swapped) /* it was given something and has not answered yet */
		return STATE_LOADING;
	if (charon_ready(t->gateway->charon))
		return verify(t);
	if (loop_ms() >= t->deadline) {
		(void)err_set(&err, ERR_UNREACHABLE, "another charon does not become ready: %s",
			      charon_problem_text(t->gateway->charon));
		return work_undo(t, &err);
	}
	loop_timer_in(&t->timer, TICK_MS);
	return STATE_LOADING;
}

enum work_state work_closing(struct transaction *t, const void *what)
{
	struct gateway *gateway = t->gateway;

	(void)what;
	(void)session_close_all(gateway->sessions, gateway_now(), SESSION_CHARON_RESTART);
	gateway_settle(gateway);
	loop_timer_in(&t->timer, TICK_MS);
	if (session_total(gateway->sessions) && loop_ms() < t->deadline)
		return STATE_CLOSING;
	candidate_swap(&t->work.candidate, gateway);
	t->work.swapped = true;
	charon_restart(gateway->charon);
	t->deadline = loop_ms() + CHARON_MS;
	return STATE_LOADING;
}

static int do_steps(struct transaction *t, size_t end, struct err *err)
{
	const struct machine machine = machine_here(&t->gateway->paths);

	return apply_do(&machine, &t->work.effects.steps, &t->work.done, end, err);
}

/* Those whose tools are slower than an apply waits for are told as pending. */
static enum change_result openings_result(const struct integration *integration)
{
	if (!integration_settled(integration))
		return CHANGE_PENDING;
	return *integration_problem(integration) ? CHANGE_FAILED : CHANGE_DONE;
}

static enum work_state switch_over(struct transaction *t)
{
	const struct effects *effects = &t->work.effects;
	struct err err = { .code = ERR_NONE };

	workers_hold(t->gateway->workers, t->work.candidate.plan);
	acls_follow(t->gateway->acls, t->work.candidate.policy);
	if (do_steps(t, effects->steps.count, &err) < 0)
		return work_undo(t, &err);
	work_refill(t);
	session_table_shards(t->gateway->sessions, t->work.candidate.plan->worker_of);
	work_progress(t, effects->objects, effects->openings, CHANGE_DONE);
	work_progress(t, effects->openings, effects->workers,
		      openings_result(t->gateway->integration));
	if (!effects->charon)
		return give(t);
	t->deadline = loop_ms() + GOODBYE_MS;
	loop_timer_in(&t->timer, TICK_MS);
	return STATE_CLOSING;
}

enum work_state work_starting(struct transaction *t, const void *what)
{
	struct err err = { .code = ERR_NONE };
	int ready = workers_progress(t->gateway->workers, &err);

	(void)what;
	/* Other people's firewalls are waited for, but fail nothing. */
	if (ready > 0 && (integration_settled(t->gateway->integration) || loop_ms() >= t->deadline))
		return switch_over(t);
	if (ready == 0 && loop_ms() >= t->deadline)
		ready = err_set(&err, ERR_FAILED, "a new xl2tpd worker does not answer");
	if (ready < 0)
		return work_undo(t, &err);
	loop_timer_in(&t->timer, TICK_MS);
	return STATE_STARTING;
}

static enum work_state start(struct transaction *t)
{
	struct work *work = &t->work;
	struct err err = { .code = ERR_NONE };
	size_t first;

	t->gateway->changing = true;
	if (work->recorded &&
	    ledger_open(&work->ledger, &work->candidate.text, &work->effects.changes, &err) < 0) {
		work->recorded = false;
		(void)err_wrap(&err, "nothing was changed");
		return work_refuse(t, &err);
	}
	first = apply_order_running(&work->effects.steps, work->arena);
	if (do_steps(t, first, &err) < 0)
		return work_undo(t, &err);
	workers_prepare(t->gateway->workers, work->candidate.plan);
	integration_follow(t->gateway->integration, work->candidate.policy);
	t->deadline = loop_ms() + WORKERS_MS;
	return work_starting(t, NULL);
}

/* ---- looking ---- */

/* Another text may mean the same: it is recorded, and nothing else is touched. */
static bool is_another_text(struct transaction *t)
{
	cleanup_buf struct buf now = BUF_INIT;
	const struct buf *next = &t->work.candidate.text;
	struct err ignored;
	unsigned current;

	return history_current(&t->gateway->paths, &current, &ignored) < 0 || !current ||
	       history_policy(&t->gateway->paths, current, &now, &ignored) < 0 ||
	       now.len != next->len || memcmp(buf_text(&now), buf_text(next), now.len) != 0;
}

/* The charon that serves is to be ours instead of somebody else's, or the other way round. */
static bool changes_hands(const struct transaction *t)
{
	return t->gateway->plan->charon_managed != t->work.candidate.plan->charon_managed;
}

static int check_charon(const struct transaction *t, struct err *err)
{
	if (!changes_hands(t) || !t->work.candidate.plan->charon_managed)
		return 0;
	return ike_ports_check(err);
}

static enum work_state judge(struct transaction *t, const struct holding *holding)
{
	struct work *work = &t->work;
	const struct effects_wish wish = { .holding = holding, .allow_drop = work->allow_drop };
	struct effects *effects = &work->effects;
	struct err err = { .code = ERR_NONE };

	if (check_charon(t, &err) < 0 ||
	    effects_find(t->gateway, &work->candidate, &wish, work->arena, effects, &err) < 0) {
		(void)err_wrap(&err, "nothing was changed");
		return work_refuse(t, &err);
	}
	if (!work->allow_drop && effects_check_drops(effects, work->allow_drop_of, &err) < 0)
		return work_refuse(t, &err);
	if (work->purpose == PURPOSE_APPLY && !holding && !effects->charon &&
	    (effects->secret || effects->connection)) {
		(void)err_set(&err, ERR_UNREACHABLE,
			      "charon does not answer; nothing was changed. See l2tpgw status");
		return work_refuse(t, &err);
	}
	work->recorded = work->purpose == PURPOSE_APPLY && is_another_text(t);
	if (!work->recorded && !effects->changes.count && work->purpose != PURPOSE_TAKE_BACK)
		return work_nothing(t);
	return start(t);
}

static enum work_state look(struct transaction *t)
{
	struct link *link = charon_link(t->gateway->charon);
	struct err ignored;

	if (changes_hands(t))
		return judge(t, NULL);
	t->asking = link && holding_ask(link, t->work.candidate.plan, on_looked, t, &ignored) == 0;
	if (!t->asking)
		loop_timer_in(&t->timer, AGAIN_MS);
	return STATE_LOOKING;
}

enum work_state work_begin(struct transaction *t, const void *what)
{
	(void)what;
	t->deadline = loop_ms() + (t->work.purpose == PURPOSE_APPLY ? LOOK_MS : 0);
	return look(t);
}

enum work_state work_looked(struct transaction *t, const void *what)
{
	t->asking = false;
	if (what)
		return judge(t, what);
	loop_timer_in(&t->timer, AGAIN_MS);
	return STATE_LOOKING;
}

enum work_state work_look_again(struct transaction *t, const void *what)
{
	(void)what;
	if (t->asking)
		return STATE_LOOKING;
	return loop_ms() < t->deadline ? look(t) : judge(t, NULL);
}
