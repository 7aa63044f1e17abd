/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model.h"

#define CASES  3000
#define FAULTY 400 /* each with a fault at every step */

static void diff(const struct model *model, const struct plan *plan, struct arena *arena,
		 struct steps *steps)
{
	const struct machine machine = model_machine(model);
	struct err err;

	assert_int_equal(apply_diff(&machine, plan, OBJECT_ALL, arena, steps, &err), 0);
}

static void expect_is(const struct model *model, const struct plan *plan)
{
	cleanup_arena struct arena *arena = arena_new();
	struct steps steps;
	char text[160];

	diff(model, plan, arena, &steps);
	if (steps.count)
		fail_msg("%zu steps are left, first %s", steps.count,
			 object_text(&steps.list[0].object, text, sizeof(text)));
}

static void make_it(struct model *model, const struct plan *plan)
{
	const struct machine machine = model_machine(model);
	cleanup_arena struct arena *arena = arena_new();
	struct steps steps;
	struct err err;

	diff(model, plan, arena, &steps);
	assert_int_equal(apply_run(&machine, &steps, &err), 0);
}

static void steps_lead_from_any_state_to_the_plan(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CASES; i++) {
		struct plan *plan = model_plan();
		struct model model;

		model_state(&model);
		make_it(&model, plan);
		expect_is(&model, plan);
		plan_free(plan);
	}
}

/* In the two parts of a gateway that runs, the first of which takes nothing away. */
static void the_order_of_a_running_gateway_leads_there_too(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CASES; i++) {
		cleanup_arena struct arena *arena = arena_new();
		struct plan *plan = model_plan();
		struct model model;
		const struct machine machine = model_machine(&model);
		struct steps steps;
		size_t done = 0, first;
		struct err err;

		model_state(&model);
		diff(&model, plan, arena, &steps);
		first = apply_order_running(&steps, arena);
		for (size_t at = 0; at < first; at++) {
			assert_true(steps.list[at].after.present);
			assert_int_not_equal(steps.list[at].object.kind, OBJECT_RULESET);
		}
		assert_int_equal(apply_do(&machine, &steps, &done, first, &err), 0);
		assert_int_equal(done, first);
		assert_int_equal(apply_do(&machine, &steps, &done, steps.count, &err), 0);
		expect_is(&model, plan);
		plan_free(plan);
	}
}

static void undoing_is_the_inverse_of_doing(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CASES; i++) {
		cleanup_arena struct arena *arena = arena_new();
		struct plan *plan = model_plan();
		struct model model, before;
		const struct machine machine = model_machine(&model);
		struct steps steps;
		struct err err;
		size_t done = 0, end;

		model_state(&model);
		before = model;
		diff(&model, plan, arena, &steps);
		(void)apply_order_running(&steps, arena);
		end = model_random((uint32_t)steps.count + 1);
		assert_int_equal(apply_do(&machine, &steps, &done, end, &err), 0);
		assert_int_equal(apply_undo(&machine, &steps, done, &err), 0);
		assert_true(model_same(&model, &before));
		plan_free(plan);
	}
}

/* A step fails, with or without having begun; undoing works. */
static unsigned fault_is_undone(const struct model *before, const struct plan *plan, bool half)
{
	unsigned points = 0;

	for (unsigned at = 1;; at++) {
		cleanup_arena struct arena *arena = arena_new();
		struct model model = *before;
		const struct machine machine = model_machine(&model);
		struct err err = { .code = ERR_NONE };
		struct steps steps;

		model.fail_from = at;
		model.fail = 1;
		model.half = half;
		diff(&model, plan, arena, &steps);
		if (at > steps.count)
			return points;
		assert_int_equal(apply_run(&machine, &steps, &err), -1);
		assert_non_null(strstr(err.text, "nothing was changed"));
		assert_true(model_same(&model, before));
		points++;
	}
}

/*
 * It ends at any step of the apply or of its undo, as by a crash: whoever comes next makes the old
 * plan true, or the new one, from whatever is there.
 */
static unsigned crash_is_recovered(const struct plan *old, const struct plan *new, bool fails)
{
	unsigned points = 0, calls;
	struct model start = { .count = 0 }, end;

	make_it(&start, old);
	start.calls = 0;
	end = start;
	make_it(&end, new);
	for (unsigned at = 1; at <= end.calls; at++) {
		for (unsigned crash = at + 1; crash <= 2 * at + 1; crash++) {
			cleanup_arena struct arena *arena = arena_new();
			struct model model = start, other;
			const struct machine machine = model_machine(&model);
			struct steps steps;
			struct err err = { .code = ERR_NONE };
			size_t done = 0;

			diff(&model, new, arena, &steps);
			/* The one at `at` fails, and nothing works from `crash` on. */
			model.fail_from = fails ? at : crash;
			model.fail = 1;
			calls = (unsigned)steps.count;
			(void)apply_do(&machine, &steps, &done, at < calls ? at : calls, &err);
			model.fail_from = crash;
			model.fail = UINT32_MAX / 2;
			model.half = true;
			(void)apply_undo(&machine, &steps, done, &err);
			model.fail_from = 0;
			other = model;
			make_it(&model, old);
			assert_true(model_same(&model, &start));
			make_it(&other, new);
			assert_true(model_same(&other, &end));
			points++;
		}
	}
	return points;
}

static void a_fault_at_any_step_leaves_the_old_state(void **state)
{
	unsigned points = 0;

	(void)state;
	for (unsigned i = 0; i < FAULTY; i++) {
		struct plan *plan = model_plan();
		struct model model;

		model_state(&model);
		points += fault_is_undone(&model, plan, false);
		points += fault_is_undone(&model, plan, true);
		plan_free(plan);
	}
	print_message("%u faults tried\n", points);
}

static void a_crash_at_any_step_is_recovered_to_the_old_or_the_new(void **state)
{
	unsigned points = 0;

	(void)state;
	for (unsigned i = 0; i < FAULTY / 8; i++) {
		struct plan *old = model_plan(), *new = model_plan();

		points += crash_is_recovered(old, new, false);
		points += crash_is_recovered(old, new, true);
		plan_free(old);
		plan_free(new);
	}
	print_message("%u crashes tried\n", points);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_lead_from_any_state_to_the_plan),
		cmocka_unit_test(the_order_of_a_running_gateway_leads_there_too),
		cmocka_unit_test(undoing_is_the_inverse_of_doing),
		cmocka_unit_test(a_fault_at_any_step_leaves_the_old_state),
		cmocka_unit_test(a_crash_at_any_step_is_recovered_to_the_old_or_the_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
