/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "../drive/netns.h"
#include "../drive/tmpdir.h"
#include "../session/helper.h"
#include "daemon/charon.h"
#include "daemon/effects.h"
#include "daemon/workers.h"

/* Whom a change of charon ends the sessions of, in a network namespace where nothing runs. */
struct world {
	struct gateway gateway;
	struct policy now, next;
	struct candidate candidate;
	struct arena *arena;
	struct effects effects;
};

static struct policy make_policy(enum policy_charon charon, unsigned threads)
{
	struct policy policy = test_policy();

	policy.ipsec.psk = "secret";
	policy.ipsec.psk_len = 6;
	policy.ipsec.charon = charon;
	policy.ipsec.threads = threads;
	policy.ppp.mtu = policy.ppp.mru = 1400;
	policy.l2tp.retries = 5;
	return policy;
}

static struct plan *make_plan(const struct world *world, const struct policy *policy)
{
	const struct plan_paths paths = { .run = world->gateway.paths.run, .plugin = "/plugin.so" };
	struct err err = { .code = ERR_NONE };
	struct plan *plan = plan_make(policy, &paths, NULL, 0, &err);

	if (!plan)
		fail_msg("%s", err.text);
	return plan;
}

static int world_make(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct gateway *gateway = &world->gateway;
	struct err err;

	if (tmpdir_make(state) < 0 || setenv("L2TPGW_RUN", tmpdir, 1) < 0 ||
	    paths_load(&gateway->paths, &err) < 0 || sd_event_new(&gateway->loop) < 0)
		return -1;
	world->arena = arena_new();
	gateway->charon = charon_new(gateway);
	*state = world;
	return 0;
}

static int world_free(void **state)
{
	struct world *world = *state;

	charon_free(world->gateway.charon);
	session_table_free(world->gateway.sessions);
	plan_free(world->gateway.plan);
	plan_free(world->candidate.plan);
	sd_event_unref(world->gateway.loop);
	arena_free(world->arena);
	free(world);
	return tmpdir_remove(state);
}

static void find(struct world *world, struct policy now, struct policy next)
{
	const struct effects_wish wish = { .holding = NULL };
	struct gateway *gateway = &world->gateway;
	struct err err = { .code = ERR_NONE };

	world->now = now;
	world->next = next;
	gateway->policy = &world->now;
	gateway->plan = make_plan(world, &world->now);
	gateway->sessions = with_clients(&world->now, 2);
	world->candidate.policy = &world->next;
	world->candidate.plan = make_plan(world, &world->next);
	if (effects_find(gateway, &world->candidate, &wish, world->arena, &world->effects, &err) <
	    0)
		fail_msg("%s", err.text);
}

static const struct change *change_of(const struct world *world, const char *object)
{
	for (size_t i = 0; i < world->effects.changes.count; i++) {
		if (!strcmp(world->effects.changes.list[i].object, object))
			return &world->effects.changes.list[i];
	}
	fail_msg("there is no change of %s", object);
	return NULL;
}

static void expect_drops(const struct world *world, const char *object, bool all)
{
	const struct change *change = change_of(world, object);
	struct err err;

	assert_int_equal(change->impact, all ? KEY_DROPS : KEY_LIVE);
	assert_int_equal(change->drops_count, all ? 2 : 0);
	assert_int_equal(changes_dropped(&world->effects.changes), all ? 2 : 0);
	assert_int_equal(effects_check_drops(&world->effects, "", &err), all ? -1 : 0);
	assert_int_equal(world->effects.charon, all);
}

static void threads_of_our_charon_need_another_one(void **state)
{
	find(*state, make_policy(POLICY_CHARON_MANAGED, 16),
	     make_policy(POLICY_CHARON_MANAGED, 32));
	expect_drops(*state, "policy ipsec.threads", true);
}

static void threads_of_somebody_elses_mean_nothing(void **state)
{
	find(*state, make_policy(POLICY_CHARON_EXTERNAL, 16),
	     make_policy(POLICY_CHARON_EXTERNAL, 32));
	expect_drops(*state, "policy ipsec.threads", false);
}

static void from_hand_to_hand_ends_all(void **state)
{
	struct world *world = *state;

	find(world, make_policy(POLICY_CHARON_MANAGED, 16),
	     make_policy(POLICY_CHARON_EXTERNAL, 16));
	expect_drops(world, "policy ipsec.charon", true);
	assert_non_null(strstr(change_of(world, "charon")->detail, "start the other one"));
}

static void and_back(void **state)
{
	struct world *world = *state;

	find(world, make_policy(POLICY_CHARON_EXTERNAL, 16),
	     make_policy(POLICY_CHARON_MANAGED, 16));
	expect_drops(world, "policy ipsec.charon", true);
	assert_string_equal(change_of(world, "charon")->detail, "ours takes over");
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(threads_of_our_charon_need_another_one),
		WORLD_TEST(threads_of_somebody_elses_mean_nothing),
		WORLD_TEST(from_hand_to_hand_ends_all),
		WORLD_TEST(and_back),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
