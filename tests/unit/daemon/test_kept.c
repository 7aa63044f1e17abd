/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_charon.h"

#include <stdlib.h>

#include "daemon/kept.h"
#include "daemon/loop.h"
#include "drive/tmpdir.h"

#define PATIENCE_MS 10000
#define QUIET_MS    100

/* The connection as charon 5.9.8 lists what the plan of `policy_text` loads. */
static const char policy_text[] = "{\"version\": 1, \"gateway\": {\"name\": \"vpn.example.net\"},"
				  "\"ipsec\": {\"psk\": \"0123456789abcdef0123456789abcdef\"}}";

struct world {
	struct gateway gateway;
	struct fake_charon fake;
	struct link link;
	struct kept kept;
	struct arena *arena;
	struct tree *listed;
	char lost[160]; /* what was told; "" = nothing */
};

static void heard(void *user)
{
	(void)user;
}

static void link_is_lost(void *user, const char *why, bool late)
{
	struct world *world = user;

	(void)why;
	(void)late;
	link_close(&world->link);
}

static void lost(void *user, const char *what)
{
	struct world *world = user;

	(void)snprintf(world->lost, sizeof(world->lost), "%s", what);
}

static struct plan *make_plan(struct gateway *gateway)
{
	const struct plan_paths paths = { .run = gateway->paths.run, .plugin = "/plugin.so" };
	struct diags diags;
	struct err err;

	if (!gateway->policy) {
		gateway->policy = policy_load("policy.json", policy_text, strlen(policy_text), NULL,
					      NULL, &diags);
		diags_free(&diags);
	}
	return plan_make(gateway->policy, &paths, NULL, 0, &err);
}

static void list(struct world *world, const char *dpd)
{
	struct arena *arena = world->arena;
	struct tree *message = tree_new(arena), *listed = tree_section(arena, message, "l2tpgw");
	struct tree *child;

	tree_value(arena, listed, "version", "IKEv1");
	tree_value(arena, listed, "rekey_time", "31680");
	tree_value(arena, listed, "dpd_delay", dpd);
	tree_value(arena, listed, "dpd_timeout", "120");
	child = tree_section(arena, tree_section(arena, listed, "children"), "l2tpgw");
	tree_value(arena, child, "mode", "TRANSPORT");
	tree_value(arena, child, "rekey_time", "3960");
	world->fake.listed = message;
}

static int world_make(void **state)
{
	static const struct link_ops ops = { .heard = heard, .lost = link_is_lost };
	struct world *world = calloc(1, sizeof(*world));
	struct gateway *gateway = &world->gateway;
	struct err err;

	if (tmpdir_make(state) < 0 || setenv("L2TPGW_RUN", tmpdir, 1) < 0 ||
	    paths_load(&gateway->paths, &err) < 0 || sd_event_new(&gateway->loop) < 0)
		return -1;
	world->arena = arena_new();
	gateway->plan = make_plan(gateway);
	fake_open(&world->fake, gateway->paths.vici);
	link_init(&world->link, gateway->loop, &ops, world);
	assert_int_equal(link_open(&world->link, gateway->paths.vici, &err), 0);
	world->kept = (struct kept){ gateway, &world->link, lost, world, NULL };
	list(world, "30");
	*state = world;
	return 0;
}

static int world_free(void **state)
{
	struct world *world = *state;

	link_free(&world->link);
	fake_close(&world->fake);
	plan_free(world->gateway.plan);
	policy_free(world->gateway.policy);
	sd_event_unref(world->gateway.loop);
	arena_free(world->arena);
	free(world);
	return tmpdir_remove(state);
}

static void turn(struct world *world)
{
	fake_turn(&world->fake);
	assert_true(sd_event_run(world->gateway.loop, 2000) >= 0);
}

static void expect(struct world *world, const char *what)
{
	uint64_t end = loop_ms() + PATIENCE_MS;

	world->lost[0] = '\0';
	kept_check(&world->kept);
	while (world->kept.asked && loop_ms() < end)
		turn(world);
	assert_null(world->kept.asked);
	assert_string_equal(world->lost, what);
}

static void what_is_there_is_fine(void **state)
{
	struct world *world = *state;

	expect(world, "");
	assert_string_equal(buf_text(&world->fake.story), "get-shared list-conns ");
}

/* In a storm of logins a list of SAs takes its time, and these questions stand behind it in charon:
 * late for that, they must not have it killed as frozen. */
static void behind_a_list_it_waits(void **state)
{
	struct world *world = *state;

	kept_check(&world->kept);
	assert_true(vici_deadline(world->link.vici) >= loop_ms() + LINK_IN_ROW_MS - 1000);
	expect(world, "");
}

static void what_was_unloaded_is_told(void **state)
{
	struct world *world = *state;

	world->fake.no_secret = true;
	expect(world, "secret was unloaded");
	world->fake.listed = NULL;
	expect(world, "connection was unloaded");
}

static void what_was_changed_is_told(void **state)
{
	struct world *world = *state;

	list(world, "5");
	expect(world, "connection was changed (dpd_delay is 5 instead of 30)");
}

static void a_change_of_our_own_is_no_drift(void **state)
{
	struct world *world = *state;

	list(world, "5");
	world->gateway.changing = true;
	expect(world, "");
	assert_int_equal(world->fake.story.len, 0);
	/* It begins while charon is being asked. */
	world->gateway.changing = false;
	kept_check(&world->kept);
	world->gateway.changing = true;
	while (world->kept.asked)
		turn(world);
	assert_string_equal(world->lost, "");
}

/* It began, and came to its end: what is asked about is not in force any more. */
static void what_was_asked_about_an_earlier_plan_does_not_count(void **state)
{
	struct world *world = *state;
	struct plan *old = world->gateway.plan;

	list(world, "5");
	kept_check(&world->kept);
	world->gateway.plan = make_plan(&world->gateway);
	plan_free(old);
	while (world->kept.asked)
		turn(world);
	assert_string_equal(world->lost, "");
}

static void no_answer_is_none(void **state)
{
	struct world *world = *state;
	uint64_t end = loop_ms() + QUIET_MS;

	world->fake.deaf = true;
	kept_check(&world->kept);
	while (loop_ms() < end)
		turn(world);
	/* One question at a time. */
	kept_check(&world->kept);
	link_close(&world->link);
	assert_null(world->kept.asked);
	assert_string_equal(world->lost, "");
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(what_is_there_is_fine),
		WORLD_TEST(behind_a_list_it_waits),
		WORLD_TEST(what_was_unloaded_is_told),
		WORLD_TEST(what_was_changed_is_told),
		WORLD_TEST(a_change_of_our_own_is_no_drift),
		WORLD_TEST(what_was_asked_about_an_earlier_plan_does_not_count),
		WORLD_TEST(no_answer_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
