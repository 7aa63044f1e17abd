/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "base/file.h"
#include "daemon/control.h"
#include "daemon/transaction.h"
#include "daemon/work.h"
#include "drive/tmpdir.h"

/*
 * The table of a transaction and what it does while nothing is under way. What a change consists of
 * is played here: these functions stand in for work_do.c and work_end.c, and for who is told.
 */
static const char *called;
static enum work_state answer;
static unsigned told;           /* answers to whoever asked */
static enum err_code told_code; /* of the last one */

void control_finish(struct control *control, uint64_t id, json_t *result, const struct err *err)
{
	(void)control;
	(void)id;
	told++;
	told_code = err->code;
	json_decref(result);
}

#define HANDLER(name)                                                 \
	enum work_state name(struct transaction *t, const void *what) \
	{                                                             \
		(void)t;                                              \
		(void)what;                                           \
		called = #name;                                       \
		return answer;                                        \
	}

HANDLER(work_begin)
HANDLER(work_looked)
HANDLER(work_look_again)
HANDLER(work_starting)
HANDLER(work_closing)
HANDLER(work_loading)
HANDLER(work_loaded)
HANDLER(work_verified)
HANDLER(work_undoing)

enum work_state work_refuse(struct transaction *t, const struct err *failure)
{
	(void)failure;
	called = "work_refuse";
	candidate_free(&t->work.candidate);
	arena_free(t->work.arena);
	t->work = (struct work){ .candidate = { .text = BUF_INIT } };
	return work_rest(t);
}

enum work_state work_abandon(struct transaction *t)
{
	struct err err = { .code = ERR_NONE };

	(void)work_refuse(t, &err);
	called = "work_abandon";
	return work_rest(t);
}

struct world {
	struct gateway gateway;
	struct transaction *t;
};

static struct session_table *no_sessions(void)
{
	static struct policy policy;

	return session_table_new(&policy);
}

static int world_make(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct gateway *gateway = &world->gateway;
	struct err err;

	if (tmpdir_make(state) < 0 || setenv("L2TPGW_STATE", tmpdir, 1) < 0 ||
	    setenv("L2TPGW_ETC", tmpdir, 1) < 0 || setenv("L2TPGW_RUN", tmpdir, 1) < 0 ||
	    paths_load(&gateway->paths, &err) < 0 || sd_event_new(&gateway->loop) < 0)
		return -1;
	gateway->sessions = no_sessions();
	gateway->transaction = world->t = transaction_new(gateway);
	called = "";
	told = 0;
	answer = STATE_IDLE;
	*state = world;
	return 0;
}

static int world_free(void **state)
{
	struct world *world = *state;

	transaction_free(world->t);
	session_table_free(world->gateway.sessions);
	sd_event_unref(world->gateway.loop);
	free(world);
	return tmpdir_remove(state);
}

/* What is called in which state at which event; "" = nothing, and the state stays. */
static const char *const table[STATES][EVENTS] = {
	[STATE_IDLE] = { "work_begin", "", "", "", "" },
	[STATE_LOOKING] = { "", "work_look_again", "work_looked", "", "" },
	[STATE_STARTING] = { "", "work_starting", "", "", "" },
	[STATE_CLOSING] = { "", "work_closing", "", "", "" },
	[STATE_LOADING] = { "", "work_loading", "", "work_loaded", "" },
	[STATE_VERIFYING] = { "", "", "work_verified", "", "" },
	[STATE_UNDOING] = { "", "work_undoing", "", "", "" },
};

static void every_event_in_every_state(void **state)
{
	struct world *world = *state;

	for (unsigned from = 0; from < STATE_CONFIRMING; from++) {
		for (unsigned event = 0; event < EVENTS; event++) {
			const char *expected = table[from][event];
			/* Somewhere else, so that it shows whether it goes there. */
			answer = from == STATE_UNDOING ? STATE_VERIFYING : STATE_UNDOING;
			called = "";
			world->t->state = (enum work_state)from;
			work_event(world->t, (enum work_event)event, NULL);
			assert_string_equal(called, expected);
			assert_int_equal(world->t->state, *expected ? answer : from);
		}
	}
	world->t->state = STATE_IDLE;
}

/* A change that waits, with so much time left. */
static void let_wait(struct world *world, unsigned seconds)
{
	struct journal journal = { .from = 0, .to = 1, .confirm_within = seconds };
	struct err err;

	assert_int_equal(journal_confirming(&journal, &err), 0);
	assert_int_equal(journal_write(&world->gateway.paths, &journal, &err), 0);
	transaction_resume(&world->gateway, &journal);
	assert_int_equal(world->t->state, STATE_CONFIRMING);
}

static bool has_journal(const struct world *world)
{
	return access(world->gateway.paths.journal, F_OK) == 0;
}

static void what_waits_waits_until_its_time_is_over(void **state)
{
	struct world *world = *state;

	let_wait(world, 60);
	work_event(world->t, EVENT_LOOKED, NULL);
	work_event(world->t, EVENT_LOADED, NULL);
	work_event(world->t, EVENT_TICK, NULL);
	assert_int_equal(world->t->state, STATE_CONFIRMING);
	assert_string_equal(called, "");
	let_wait(world, 0);
	work_event(world->t, EVENT_TICK, NULL);
	/* There is no generation 0 to go back to: it tried. */
	assert_string_equal(called, "work_refuse");
}

static int ask(struct world *world, struct request *request, struct err *err)
{
	*err = (struct err){ .code = ERR_NONE };
	return transaction_request(&world->gateway, request, "root (alice)", 1, err);
}

/* In the middle of what l2tpgwd does by itself: the WAN has changed, say. */
static void begin_to_follow(struct world *world)
{
	work_new(world->t, PURPOSE_FOLLOW);
	world->t->state = STATE_STARTING;
	answer = STATE_STARTING;
	work_event(world->t, EVENT_TICK, NULL);
	assert_string_equal(called, "work_starting");
}

static void end_following(struct world *world)
{
	struct err none = { .code = ERR_NONE };

	answer = work_refuse(world->t, &none);
	called = "";
	work_event(world->t, EVENT_TICK, NULL);
}

/* plan waits for it. */
static void following_is_told_until_it_is_done(void **state)
{
	struct world *world = *state;

	assert_false(transaction_is_following(&world->gateway));
	transaction_follow(&world->gateway);
	assert_true(transaction_is_following(&world->gateway));
	world->t->follow = false;
	begin_to_follow(world);
	assert_true(transaction_is_following(&world->gateway));
	end_following(world);
	assert_false(transaction_is_following(&world->gateway));
	/* It failed, and is tried again in a minute. */
	world->t->follow = world->t->follow_later = true;
	assert_false(transaction_is_following(&world->gateway));
	transaction_follow(&world->gateway);
	assert_true(transaction_is_following(&world->gateway));
	world->t->follow = false;
}

static void who_comes_while_it_follows_the_network_is_served_after_it(void **state)
{
	struct request confirm = { .verb = REQUEST_CONFIRM }, other = { .verb = REQUEST_ROLLBACK };
	struct world *world = *state;
	struct err err;

	let_wait(world, 60);
	begin_to_follow(world);
	assert_int_equal(ask(world, &confirm, &err), 0);
	assert_true(has_journal(world));
	/* One at a time. */
	assert_int_equal(ask(world, &other, &err), -1);
	assert_int_equal(err.code, ERR_LOCKED);
	assert_non_null(strstr(err.text, "root (alice) is at it"));
	assert_int_equal(told, 0);
	end_following(world);
	assert_int_equal(told, 1);
	assert_int_equal(told_code, ERR_NONE);
	assert_false(has_journal(world));
	assert_int_equal(world->t->state, STATE_IDLE);
}

static void who_comes_then_may_take_it_back_too(void **state)
{
	struct request rollback = { .verb = REQUEST_ROLLBACK, .what = "rollback" };
	struct world *world = *state;
	struct err err;

	let_wait(world, 60);
	begin_to_follow(world);
	assert_int_equal(ask(world, &rollback, &err), 0);
	end_following(world);
	/* It began, and found no generation 0. */
	assert_string_equal(called, "work_refuse");
	assert_true(has_journal(world));
}

static void who_waits_is_told_when_it_is_taken_down(void **state)
{
	struct request apply = { .verb = REQUEST_APPLY, .what = "apply" };
	struct world *world = *state;
	struct err err;

	begin_to_follow(world);
	apply.policy = mem_strdup("{}");
	apply.policy_len = 2;
	assert_int_equal(ask(world, &apply, &err), 0);
	assert_null(apply.policy);
	world->gateway.stopping = true;
	work_event(world->t, EVENT_TICK, NULL);
	assert_string_equal(called, "work_abandon");
	assert_int_equal(told, 1);
	assert_int_equal(told_code, ERR_LOCKED);
}

static void a_change_of_somebody_else_is_not_waited_for(void **state)
{
	struct request confirm = { .verb = REQUEST_CONFIRM };
	struct world *world = *state;
	struct err err;

	begin_to_follow(world);
	world->t->work.purpose = PURPOSE_APPLY;
	(void)snprintf(world->t->work.ledger.journal.who, 64, "root (beth)");
	assert_int_equal(ask(world, &confirm, &err), -1);
	assert_int_equal(err.code, ERR_LOCKED);
	assert_non_null(strstr(err.text, "root (beth) is at it"));
	world->t->state = STATE_IDLE;
}

/* In force, but it could not be tidied up, say because the disk was full. */
static void what_could_not_be_tidied_up_is_tried_again(void **state)
{
	struct world *world = *state;
	struct journal journal = { .from = 1, .to = 2 };
	struct err err;

	assert_int_equal(journal_write(&world->gateway.paths, &journal, &err), 0);
	world->t->unsettled = true;
	world->t->settling = (struct ledger){ .paths = &world->gateway.paths, .journal = journal };
	work_event(world->t, EVENT_TICK, NULL);
	assert_false(has_journal(world));
	assert_false(world->t->unsettled);
}

static void what_is_half_taken_back_cannot_be_confirmed(void **state)
{
	struct request confirm = { .verb = REQUEST_CONFIRM };
	struct world *world = *state;
	struct err err;

	let_wait(world, 60);
	(void)snprintf(world->t->taken_back, sizeof(world->t->taken_back), "root took it back");
	assert_int_equal(ask(world, &confirm, &err), -1);
	assert_int_equal(err.code, ERR_NOT_CONFIRMED);
	assert_true(has_journal(world));
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(every_event_in_every_state),
		WORLD_TEST(what_waits_waits_until_its_time_is_over),
		WORLD_TEST(following_is_told_until_it_is_done),
		WORLD_TEST(who_comes_while_it_follows_the_network_is_served_after_it),
		WORLD_TEST(who_comes_then_may_take_it_back_too),
		WORLD_TEST(who_waits_is_told_when_it_is_taken_down),
		WORLD_TEST(a_change_of_somebody_else_is_not_waited_for),
		WORLD_TEST(what_could_not_be_tidied_up_is_tried_again),
		WORLD_TEST(what_is_half_taken_back_cannot_be_confirmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
