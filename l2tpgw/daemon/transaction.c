/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/transaction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/rfc3339.h"
#include "daemon/control.h"
#include "daemon/guard.h"
#include "daemon/planning.h"
#include "daemon/request.h"
#include "daemon/work.h"
#include "policy/json.h"
#include "drive/sha256.h"

/* ---- while nothing is under way ---- */

static bool is_resting(const struct transaction *t)
{
	return t->state == STATE_IDLE || t->state == STATE_CONFIRMING;
}

/* How long the change that waits may do so. */
static uint64_t left_ms(const struct transaction *t)
{
	char boot[BOOT_ID_MAX];
	struct err ignored;

	if (!t->waits || boot_id(boot, &ignored) < 0)
		return UINT64_MAX;
	return journal_left_ms(&t->waiting.journal, boot, boot_ms());
}

enum work_state work_rest(struct transaction *t)
{
	uint64_t left = left_ms(t);

	if (t->unsettled && left > WORK_RETRY_MS)
		left = WORK_RETRY_MS;
	if (t->follow)
		left = 0;
	if (left == UINT64_MAX)
		loop_timer_at(&t->timer, UINT64_MAX);
	else
		loop_timer_in(&t->timer, left);
	return t->waits ? STATE_CONFIRMING : STATE_IDLE;
}

/* The change is in force; only what it left behind could not be tidied up at once. */
static void settle_again(struct transaction *t)
{
	struct err err = { .code = ERR_NONE };

	if (!t->unsettled || ledger_settle(&t->settling, &err) < 0)
		return;
	t->unsettled = false;
	log_notice("what the apply left behind is tidied up");
}

void work_new(struct transaction *t, enum work_purpose purpose)
{
	t->work = (struct work){ .purpose = purpose,
				 .arena = arena_new(),
				 .began = loop_ms(),
				 .sessions = session_count(t->gateway->sessions, SESSION_UP),
				 .candidate = { .text = BUF_INIT },
				 .ledger = { .paths = &t->gateway->paths } };
}

static enum work_state follow(struct transaction *t)
{
	struct gateway *gateway = t->gateway;
	struct err err = { .code = ERR_NONE };
	unsigned current;

	t->follow = t->follow_later = false;
	work_new(t, PURPOSE_FOLLOW);
	if (history_current(&gateway->paths, &current, &err) < 0 ||
	    candidate_from_generation(gateway, current, &t->work.candidate, &err) < 0)
		return work_refuse(t, &err);
	return work_begin(t, NULL);
}

static enum work_state idle_tick(struct transaction *t, const void *what)
{
	(void)what;
	settle_again(t);
	return t->follow ? follow(t) : work_rest(t);
}

static enum work_state take_back(struct transaction *t, const char *why)
{
	struct work *work = &t->work;
	struct err err = { .code = ERR_NONE };

	if (!work->arena)
		work_new(t, PURPOSE_TAKE_BACK);
	work->allow_drop = true;
	(void)snprintf(work->why, sizeof(work->why), "%s", why);
	if (candidate_from_generation(t->gateway, t->waiting.journal.from, &work->candidate, &err) <
	    0)
		return work_refuse(t, &err);
	return work_begin(t, NULL);
}

static enum work_state wait_is_over(struct transaction *t, const void *what)
{
	(void)what;
	settle_again(t);
	if (t->follow)
		return follow(t);
	if (*t->taken_back)
		return take_back(t, t->taken_back);
	return left_ms(t) ? work_rest(t) : take_back(t, "it was not confirmed in time");
}

static enum work_state begin_while_waiting(struct transaction *t, const void *what)
{
	return take_back(t, what);
}

static enum work_state confirm(struct transaction *t, const void *what)
{
	struct err *err = (struct err *)what;

	if (ledger_confirm(&t->waiting, err) < 0)
		return STATE_CONFIRMING;
	t->waits = t->unsettled = false;
	guard_end(&t->gateway->paths);
	log_notice("generation %u is confirmed", t->waiting.journal.to);
	return work_rest(t);
}

static enum work_state stay(struct transaction *t, const void *what)
{
	(void)what;
	return t->state;
}

typedef enum work_state handler(struct transaction *t, const void *what);

/* clang-format off */
static handler *const table[STATES][EVENTS] = {
	/*                     BEGIN                TICK             LOOKED         LOADED       CONFIRM */
	[STATE_IDLE]       = { work_begin,          idle_tick,       stay,          stay,        stay },
	[STATE_LOOKING]    = { stay,                work_look_again, work_looked,   stay,        stay },
	[STATE_STARTING]   = { stay,                work_starting,   stay,          stay,        stay },
	[STATE_CLOSING]    = { stay,                work_closing,    stay,          stay,        stay },
	[STATE_LOADING]    = { stay,                work_loading,    stay,          work_loaded, stay },
	[STATE_VERIFYING]  = { stay,                stay,            work_verified, stay,        stay },
	[STATE_UNDOING]    = { stay,                work_undoing,    stay,          stay,        stay },
	[STATE_CONFIRMING] = { begin_while_waiting, wait_is_over,    stay,          stay,        confirm },
};
/* clang-format on */

static void serve_guest(struct transaction *t)
{
	struct work_guest guest = t->guest;
	struct err err = { .code = ERR_NONE };

	if (!guest.is_there || !is_resting(t))
		return;
	t->guest = (struct work_guest){ .is_there = false };
	if (transaction_request(t->gateway, &guest.request, guest.who, guest.client, &err) < 0)
		control_finish(t->gateway->control, guest.client, NULL, &err);
	request_free(&guest.request);
}

void work_event(struct transaction *t, enum work_event event, const void *what)
{
	struct gateway *gateway = t->gateway;

	if (gateway->ending || (gateway->stopping && is_resting(t)))
		return;
	t->state = gateway->stopping ? work_abandon(t) : table[t->state][event](t, what);
	serve_guest(t);
	gateway_settle(gateway);
}

static void on_tick(void *user)
{
	work_event(user, EVENT_TICK, NULL);
}

struct transaction *transaction_new(struct gateway *gateway)
{
	struct transaction *t = mem_alloc(sizeof(*t));

	t->gateway = gateway;
	t->work.candidate.text = (struct buf)BUF_INIT;
	loop_timer_init(&t->timer, gateway->loop, on_tick, t);
	return t;
}

void transaction_free(struct transaction *t)
{
	if (!t)
		return;
	loop_timer_free(&t->timer);
	candidate_free(&t->work.candidate);
	arena_free(t->work.arena);
	request_free(&t->guest.request);
	free(t);
}

void transaction_follow(struct gateway *gateway)
{
	struct transaction *t = gateway->transaction;

	t->follow = true;
	t->follow_later = false;
	if (is_resting(t))
		loop_timer_in(&t->timer, 0);
}

bool transaction_is_following(const struct gateway *gateway)
{
	const struct transaction *t = gateway->transaction;

	return (t->follow && !t->follow_later) ||
	       (!is_resting(t) && t->work.purpose == PURPOSE_FOLLOW);
}

void transaction_resume(struct gateway *gateway, const struct journal *journal)
{
	struct transaction *t = gateway->transaction;

	t->waits = true;
	t->waiting = (struct ledger){ .paths = &gateway->paths, .journal = *journal };
	t->state = work_rest(t);
}

void transaction_warnings(const struct gateway *gateway, json_t *list)
{
	const struct transaction *t = gateway->transaction;
	const struct journal *journal = &t->waiting.journal;
	char text[256], by[RFC3339_MAX];

	if (!t->waits)
		return;
	(void)snprintf(text, sizeof(text),
		       "generation %u (%s by %s) is taken back at %s unless it is confirmed: "
		       "l2tpgw confirm",
		       journal->to, journal->what, journal->who, ledger_deadline(&t->waiting, by));
	json_array_append_new(list, json_text(text));
}

/* ---- who may begin what ---- */

static int refuse_busy(const struct transaction *t, struct err *err)
{
	const struct journal *waiting = &t->waiting.journal, *running = &t->work.ledger.journal;
	char since[RFC3339_MAX];

	if (t->state == STATE_CONFIRMING)
		return err_set(err, ERR_LOCKED,
			       "generation %u (%s by %s, %s) waits for its confirmation; l2tpgw "
			       "confirm keeps it, l2tpgw rollback takes it back",
			       waiting->to, waiting->what, waiting->who,
			       rfc3339_text(waiting->since, since));
	return err_set(err, ERR_LOCKED, "%s is at it (%s); try again when that is done",
		       *running->who ? running->who : "l2tpgwd itself",
		       *running->what ? running->what : "following the network or taking back");
}

/* What l2tpgwd does by itself is short, and nobody can know of it. */
static int wait_for_turn(struct transaction *t, struct request *request, const char *who,
			 uint64_t client, struct err *err)
{
	struct work_guest *guest = &t->guest;

	if (guest->is_there)
		return err_set(err, ERR_LOCKED, "%s is at it (%s); try again when that is done",
			       guest->who, guest->request.what);
	*guest = (struct work_guest){ .is_there = true, .request = *request, .client = client };
	(void)snprintf(guest->who, sizeof(guest->who), "%s", who);
	request->policy = NULL;
	return 0;
}

/* The text leaves the request. */
static void take_text(struct request *request, struct buf *text)
{
	*text = (struct buf){ .data = request->policy,
			      .len = request->policy_len,
			      .cap = request->policy_len + 1 };
	request->policy = NULL;
}

static void fill_work(struct transaction *t, const struct request *request, const char *who,
		      const char *what, uint64_t client)
{
	struct work *work = &t->work;
	struct journal *journal = &work->ledger.journal;

	work->client = client;
	work->allow_drop = request->allow_drop;
	(void)snprintf(work->allow_drop_of, sizeof(work->allow_drop_of), "%s",
		       request->allow_drop_of);
	journal->confirm_within = request->confirm_within;
	(void)snprintf(journal->who, sizeof(journal->who), "%s", who);
	(void)snprintf(journal->what, sizeof(journal->what), "%s", what);
}

/*
 * Until the policy file is written charon and the workers are waited for: an edit that somebody
 * makes meanwhile is not to be lost, whether the policy came from the file or was made of it.
 */
static int read_candidate(const struct gateway *gateway, struct request *request,
			  struct ledger *ledger, struct candidate *candidate, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	(void)snprintf(ledger->base, sizeof(ledger->base), "%s", request->base);
	if (ledger_check_base(ledger, err) < 0)
		return -1;
	if (request->policy) {
		take_text(request, &text);
		return candidate_from_text(gateway, &text, candidate, err);
	}
	if (candidate_from_disk(gateway, candidate, err) < 0)
		return -1;
	(void)sha256_text(buf_text(&candidate->text), candidate->text.len, ledger->base);
	return 0;
}

static int request_apply(struct transaction *t, struct request *request, const char *who,
			 uint64_t client, struct err *err)
{
	struct gateway *gateway = t->gateway;
	cleanup_candidate struct candidate candidate = { .text = BUF_INIT };
	struct ledger ledger = { .paths = &gateway->paths };

	if (t->state != STATE_IDLE)
		return refuse_busy(t, err);
	if (read_candidate(gateway, request, &ledger, &candidate, err) < 0)
		return -1;
	work_new(t, PURPOSE_APPLY);
	t->work.candidate = candidate;
	candidate = (struct candidate){ .text = BUF_INIT };
	t->work.ledger = ledger;
	fill_work(t, request, who, request->what, client);
	work_event(t, EVENT_BEGIN, NULL);
	return 0;
}

/* The last one that was in force before the current one. */
static int find_previous(const struct gateway *gateway, unsigned *number, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct generation *list;
	unsigned current;
	size_t count;

	*number = 0;
	if (history_current(&gateway->paths, &current, err) < 0 ||
	    history_list(&gateway->paths, arena, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (list[i].number < current && list[i].result == GENERATION_APPLIED)
			*number = list[i].number;
	}
	if (*number)
		return 0;
	return err_set(err, ERR_FAILED, "there is no generation before %u to go back to", current);
}

static int request_take_back(struct transaction *t, struct request *request, const char *who,
			     uint64_t client)
{
	char why[sizeof(t->work.why)];

	(void)snprintf(why, sizeof(why), "%s took it back", who);
	work_new(t, PURPOSE_TAKE_BACK);
	fill_work(t, request, who, request->what, client);
	work_event(t, EVENT_BEGIN, why);
	return 0;
}

static int request_rollback(struct transaction *t, struct request *request, const char *who,
			    uint64_t client, struct err *err)
{
	cleanup_candidate struct candidate candidate = { .text = BUF_INIT };
	unsigned number = request->generation;
	char what[64];

	if (t->state == STATE_CONFIRMING && (!number || number == t->waiting.journal.from))
		return request_take_back(t, request, who, client);
	if (t->state != STATE_IDLE)
		return refuse_busy(t, err);
	if ((!number && find_previous(t->gateway, &number, err) < 0) ||
	    candidate_from_generation(t->gateway, number, &candidate, err) < 0)
		return -1;
	(void)snprintf(what, sizeof(what), "rollback to %u", number);
	work_new(t, PURPOSE_APPLY);
	t->work.candidate = candidate;
	candidate = (struct candidate){ .text = BUF_INIT };
	fill_work(t, request, who, what, client);
	work_event(t, EVENT_BEGIN, NULL);
	return 0;
}

/* The last change may have been one that waited, whichever l2tpgwd took it back. */
static int refuse_confirm(const struct gateway *gateway, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct generation *list;
	size_t count;

	if (history_list(&gateway->paths, arena, &list, &count, err) < 0)
		return -1;
	if (count && list[count - 1].result == GENERATION_UNCONFIRMED)
		return err_set(err, ERR_NOT_CONFIRMED, "too late: generation %u was taken back; %s",
			       list[count - 1].number, list[count - 1].detail);
	return err_set(err, ERR_FAILED, "nothing waits for a confirmation");
}

static int request_confirm(struct transaction *t, uint64_t client, struct err *err)
{
	unsigned number = t->waiting.journal.to;

	if (t->state != STATE_CONFIRMING && t->state != STATE_IDLE)
		return refuse_busy(t, err);
	if (t->state == STATE_IDLE)
		return refuse_confirm(t->gateway, err);
	if (*t->taken_back)
		return err_set(err, ERR_NOT_CONFIRMED,
			       "too late: generation %u is being taken back; %s", number,
			       t->taken_back);
	work_event(t, EVENT_CONFIRM, err);
	if (err->code != ERR_NONE)
		return -1;
	control_finish(
	    t->gateway->control, client,
	    json_pack("{s:s, s:i}", "schema", "l2tpgw.confirm/1", "generation", (int)number), err);
	return 0;
}

static void request_plan(struct transaction *t, struct request *request, uint64_t client)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (request->policy)
		take_text(request, &text);
	planning_begin(t->gateway, text.data ? &text : NULL, client);
}

int transaction_request(struct gateway *gateway, struct request *request, const char *who,
			uint64_t client, struct err *err)
{
	struct transaction *t = gateway->transaction;

	if (gateway->stopping)
		return err_set(err, ERR_LOCKED,
			       "the gateway is being taken down; try again in a moment");
	if (request->verb == REQUEST_PLAN) {
		request_plan(t, request, client);
		return 0;
	}
	if (!is_resting(t) && t->work.purpose == PURPOSE_FOLLOW)
		return wait_for_turn(t, request, who, client, err);
	if (request->verb == REQUEST_CONFIRM)
		return request_confirm(t, client, err);
	if (request->verb == REQUEST_ROLLBACK)
		return request_rollback(t, request, who, client, err);
	return request_apply(t, request, who, client, err);
}
