/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Thousands of generated policies on their way to a machine: read again they are the same, planned
 * again they are the same, and from whatever was in force before, what differs is done, undone, and
 * read back.
 */
#include "model.h"

#include "apply/policy_changes.h"
#include "apply/ruleset.h"
#include "drive/netns.h"
#include "drive/nft.h"
#include "plan/plan.h"
#include "policy/generate.h"
#include "state_dir.h"

#define POLICIES 2000
/* Of these, each so-manieth */
#define TWICE    4   /* is planned twice */
#define IN_FORCE 100 /* is given to the kernel too */

static struct paths paths;

static struct policy *load(const json_t *root)
{
	struct host host = fixture_host();
	char *text = write_down(root);
	struct loaded loaded;

	load_bytes(&loaded, text, strlen(text), &host);
	if (!loaded.policy)
		fail_msg("%s\n%s", text, buf_text(&loaded.rendered));
	diags_free(&loaded.diags);
	buf_free(&loaded.rendered);
	free(text);
	return loaded.policy;
}

static void expect_same_policy(const struct policy *a, const struct policy *b)
{
	cleanup_arena struct arena *arena = arena_new();
	struct changes changes = { .arena = arena };

	policy_changes(&changes, a, b);
	if (changes.count)
		fail_msg("%s: %s", changes.list[0].object, changes.list[0].detail);
}

/* On the workers of `before`, which still run. */
static struct plan *plan_after(const struct policy *policy, const struct plan *before)
{
	const struct plan_paths where = { .run = paths.run, .plugin = "/plugin.so" };
	struct plan_running running[FABRIC_WORKERS_MAX];
	struct err err = { .code = ERR_NONE };
	size_t count = 0;
	struct plan *plan;

	for (size_t i = 0; before && i < before->workers_count; i++)
		running[count++] = (struct plan_running){ .number = before->workers[i].number,
							  .digest = before->workers[i].digest,
							  .draining = before->workers[i].draining };
	plan = plan_make(policy, &where, running, count, &err);
	/* Too many drain for what is wanted: some of them have ended. */
	if (!plan && err.code == ERR_LOCKED)
		plan = plan_make(policy, &where, NULL, 0, &err);
	if (!plan)
		fail_msg("%s", err.text);
	return plan;
}

static void find_steps(const struct machine *machine, const struct plan *plan, unsigned kinds,
		       struct arena *arena, struct steps *steps)
{
	struct err err = { .code = ERR_NONE };

	if (apply_diff(machine, plan, kinds, arena, steps, &err) < 0)
		fail_msg("%s", err.text);
}

static void do_steps(const struct machine *machine, const struct steps *steps)
{
	struct err err = { .code = ERR_NONE };

	if (apply_run(machine, steps, &err) < 0)
		fail_msg("%s", err.text);
}

static void expect_nothing_left(const struct machine *machine, const struct plan *plan,
				unsigned kinds)
{
	cleanup_arena struct arena *arena = arena_new();
	struct steps steps;
	char text[160];

	find_steps(machine, plan, kinds, arena, &steps);
	if (steps.count)
		fail_msg("%zu steps are left, first %s", steps.count,
			 object_text(&steps.list[0].object, text, sizeof(text)));
}

static void make_true(const struct machine *machine, const struct plan *plan)
{
	cleanup_arena struct arena *arena = arena_new();
	struct steps steps;

	find_steps(machine, plan, OBJECT_ALL, arena, &steps);
	do_steps(machine, &steps);
}

/* There and back again, on a machine in memory. */
static void expect_change(const struct plan *before, const struct plan *plan)
{
	cleanup_arena struct arena *arena = arena_new();
	struct model model = { .count = 0 }, old;
	const struct machine machine = model_machine(&model);
	struct err err = { .code = ERR_NONE };
	struct steps steps;

	if (before)
		make_true(&machine, before);
	old = model;
	find_steps(&machine, plan, OBJECT_ALL, arena, &steps);
	(void)apply_order_running(&steps, arena);
	do_steps(&machine, &steps);
	expect_nothing_left(&machine, plan, OBJECT_ALL);
	assert_int_equal(apply_undo(&machine, &steps, steps.count, &err), 0);
	assert_true(model_same(&model, &old));
}

/* On this machine: what was written is read back as it was meant. */
static void expect_real_change(const struct plan *plan, unsigned kinds)
{
	const struct machine machine = machine_here(&paths);
	cleanup_arena struct arena *arena = arena_new();
	struct steps steps;

	find_steps(&machine, plan, kinds, arena, &steps);
	do_steps(&machine, &steps);
	expect_nothing_left(&machine, plan, kinds);
}

static void expect_same_plan(const struct policy *policy, const struct plan *before,
			     const struct plan *plan)
{
	struct plan *again = plan_after(policy, before);
	struct model model = { .count = 0 };
	const struct machine machine = model_machine(&model);

	make_true(&machine, plan);
	expect_nothing_left(&machine, again, OBJECT_ALL);
	assert_true(tree_equal(again->connection, plan->connection));
	assert_true(tree_equal(again->secret, plan->secret));
	assert_string_equal(again->ruleset, plan->ruleset);
	assert_int_equal(again->charon_managed, plan->charon_managed);
	if (plan->charon_managed)
		assert_string_equal(again->charon_digest, plan->charon_digest);
	plan_free(again);
}

static void each_is_itself_and_leads_to_the_next(void **state)
{
	const bool kernel = netns_ready;
	struct plan *before = NULL;

	(void)state;
	seed = 3;
	for (unsigned i = 0; i < POLICIES; i++) {
		json_t *root = generate();
		struct policy *policy = load(root), *same = load(root);
		struct plan *plan = plan_after(policy, before);

		expect_same_policy(policy, same);
		if (i % TWICE == 0)
			expect_same_plan(same, before, plan);
		expect_change(before, plan);
		expect_real_change(plan, OBJECT_BIT(OBJECT_FILE));
		if (kernel && i % IN_FORCE == 0)
			expect_real_change(plan, OBJECT_BIT(OBJECT_RULESET));
		policy_free(policy);
		policy_free(same);
		plan_free(before);
		before = plan;
		json_decref(root);
	}
	plan_free(before);
	print_message("%u policies, %s in the kernel\n", POLICIES, kernel ? "some" : "none");
}

static int setup(void **state)
{
	struct err err;

	if (state_make(&paths) < 0 || netns_enter(state) < 0)
		return -1;
	(void)snprintf(paths.run, sizeof(paths.run), "%s", paths.state);
	/* Some kernels have namespaces and no nftables. */
	netns_ready =
	    netns_ready && nft_run("add table inet l2tpgw\ndelete table inet l2tpgw\n", &err) == 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	state_unmake();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_itself_and_leads_to_the_next),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
