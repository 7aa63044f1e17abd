/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "daemon/charon.h"
#include "daemon/control.h"
#include "daemon/effects.h"
#include "daemon/loop.h"
#include "daemon/planning.h"
#include "daemon/transaction.h"
#include "daemon/workers.h"

/*
 * When a plan looks at the machine, and at what of the policy. The gateway around it is played
 * here: what l2tpgwd does by itself, what charon says, and what differs.
 */
static bool following, leaving; /* the network is followed; a worker is gone and was not yet */
static unsigned loaded;         /* times that a candidate was made */
static char text_loaded[16];    /* from this; "" = from what is on disk */
static bool refuses;            /* the candidate */
static holding_fn ask_fn;       /* charon was asked */
static void *ask_user;
static unsigned compared; /* the candidate with the machine */
static unsigned told;
static enum err_code told_code;

bool transaction_is_following(const struct gateway *gateway)
{
	(void)gateway;
	return following;
}

bool workers_will_follow(const struct workers *workers)
{
	(void)workers;
	return leaving;
}

static int load(const char *text, struct err *err)
{
	loaded++;
	(void)snprintf(text_loaded, sizeof(text_loaded), "%s", text);
	return refuses ? err_set(err, ERR_POLICY, "no") : 0;
}

int candidate_from_disk(const struct gateway *gateway, struct candidate *candidate, struct err *err)
{
	(void)gateway;
	(void)candidate;
	return load("", err);
}

int candidate_from_text(const struct gateway *gateway, struct buf *text,
			struct candidate *candidate, struct err *err)
{
	(void)gateway;
	(void)candidate;
	return load(buf_text(text), err);
}

void candidate_free(struct candidate *candidate)
{
	(void)candidate;
}

struct link *charon_link(struct charon *charon)
{
	return (struct link *)charon;
}

int holding_ask(struct link *link, const struct plan *plan, holding_fn fn, void *user,
		struct err *err)
{
	(void)link;
	(void)plan;
	(void)err;
	assert_null(ask_fn);
	ask_fn = fn;
	ask_user = user;
	return 0;
}

int effects_find(const struct gateway *gateway, const struct candidate *candidate,
		 const struct effects_wish *wish, struct arena *arena, struct effects *effects,
		 struct err *err)
{
	(void)gateway;
	(void)candidate;
	(void)wish;
	(void)arena;
	*effects = (struct effects){ .charon = false };
	compared++;
	return err_set(err, ERR_FAILED, "what differs is of no matter here");
}

void control_finish(struct control *control, uint64_t id, json_t *result, const struct err *err)
{
	(void)control;
	assert_int_equal(id, 7);
	told++;
	told_code = err->code;
	json_decref(result);
}

static int gateway_make(void **state)
{
	struct gateway *gateway = calloc(1, sizeof(*gateway));

	gateway->charon = (struct charon *)gateway; /* it answers, so there is one */
	following = leaving = refuses = false;
	loaded = compared = told = 0;
	ask_fn = NULL;
	*state = gateway;
	return sd_event_new(&gateway->loop);
}

static int gateway_free(void **state)
{
	struct gateway *gateway = *state;

	sd_event_unref(gateway->loop);
	free(gateway);
	return 0;
}

static void charon_answers(void)
{
	const struct holding holding = { .connection = true, .secret = true };
	const struct err none = { .code = ERR_NONE };
	holding_fn fn = steal_ptr(ask_fn);

	assert_non_null(fn);
	fn(ask_user, &holding, &none);
}

static void turn(struct gateway *gateway)
{
	assert_true(sd_event_run(gateway->loop, 5000000) > 0);
}

static void a_plan_is_made_at_once(void **state)
{
	planning_begin(*state, NULL, 7);
	assert_int_equal(loaded, 1);
	charon_answers();
	assert_int_equal(compared, 1);
	assert_int_equal(told, 1);
}

static void what_is_refused_is_told(void **state)
{
	refuses = true;
	planning_begin(*state, NULL, 7);
	assert_null(ask_fn);
	assert_int_equal(compared, 0);
	assert_int_equal(told, 1);
	assert_int_equal(told_code, ERR_POLICY);
}

/* Its address and file go with the next turn: an apply would have nothing to do with it. */
static void a_worker_that_leaves_is_waited_for(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_puts(&text, "a policy");
	leaving = true;
	planning_begin(*state, &text, 7);
	assert_int_equal(text.len, 0);
	turn(*state);
	assert_int_equal(loaded, 0);
	leaving = false;
	following = true;
	turn(*state);
	assert_int_equal(loaded, 0);
	following = false;
	turn(*state);
	assert_int_equal(loaded, 1);
	assert_string_equal(text_loaded, "a policy");
	charon_answers();
	assert_int_equal(told, 1);
}

/* What was planned for the workers of before is not compared with the machine of after. */
static void one_that_leaves_meanwhile_too(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_puts(&text, "a policy");
	planning_begin(*state, &text, 7);
	leaving = true;
	charon_answers();
	assert_int_equal(compared, 0);
	turn(*state);
	leaving = false;
	turn(*state);
	assert_int_equal(loaded, 2);
	assert_string_equal(text_loaded, "a policy");
	charon_answers();
	assert_int_equal(compared, 1);
	assert_int_equal(told, 1);
}

static void nobody_waits_for_what_never_comes(void **state)
{
	struct gateway *gateway = *state;

	following = gateway->stopping = true;
	planning_begin(gateway, NULL, 7);
	charon_answers();
	assert_int_equal(told, 1);
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, gateway_make, gateway_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_plan_is_made_at_once),
		WORLD_TEST(what_is_refused_is_told),
		WORLD_TEST(a_worker_that_leaves_is_waited_for),
		WORLD_TEST(one_that_leaves_meanwhile_too),
		WORLD_TEST(nobody_waits_for_what_never_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
