/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <unistd.h>

#include "apply/history.h"
#include "apply/openings.h"
#include "apply/step_changes.h"
#include "cli/exit_status.h"
#include "cli/load.h"
#include "cli/order.h"
#include "cli/print.h"
#include "cli/print_change.h"
#include "policy/json.h"

/* Without l2tpgwd: what `up` would do to this machine, as far as it is about objects. */
static json_t *plan_alone(const struct paths *paths, const struct policy_file *file,
			  struct err *err)
{
	const struct plan_paths plan_paths = { .run = paths->run, .plugin = paths->plugin };
	const struct machine machine = machine_here(paths);
	cleanup_arena struct arena *arena = arena_new();
	struct changes changes = { .arena = arena };
	const struct openings_wish wish = { .integrate = file->policy->firewall.integrate,
					    .wan = file->host.wan };
	struct plan *plan = plan_make(file->policy, &plan_paths, NULL, 0, err);
	struct opening_steps openings;
	struct steps steps;
	unsigned current;
	int result;

	if (!plan)
		return NULL;
	result = apply_diff(&machine, plan, OBJECT_ALL, arena, &steps, err);
	if (result == 0)
		step_changes(&changes, &steps);
	plan_free(plan);
	if (result == 0)
		result = openings_diff(paths, &wish, arena, &openings, err);
	if (result == 0)
		openings_changes(&changes, &openings);
	if (result < 0 || history_current(paths, &current, err) < 0)
		return NULL;
	return json_pack("{s:s, s:b, s:o, s:o, s:i, s:i}", "schema", "l2tpgw.plan/1", "running", 0,
			 "changes", changes_json(&changes), "generation",
			 current ? json_integer(current) : json_null(), "sessions", 0, "dropped",
			 0);
}

static json_t *plan_here(const struct order *order, const struct policy_file *file, struct err *err)
{
	json_t *result = order_give(order, err);

	if (result || err->code != ERR_UNREACHABLE)
		return result;
	if (!order->json)
		(void)fputs("l2tpgwd does not run: this is what l2tpgw up would do to the machine "
			    "before it starts charon and the workers\n",
			    stderr);
	return plan_alone(order->paths, file, err);
}

static long long number(const json_t *result, const char *name)
{
	return json_integer_value(json_object_get(result, name));
}

static void print_plan(const json_t *result)
{
	cleanup_arena struct arena *arena = arena_new();
	struct changes changes = { .arena = arena };
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(result, "changes"), i, entry)(void)
	    change_parse(&changes, entry);
	print_changes(&changes);
	if (!changes.count)
		puts("nothing to change");
	else
		printf("%zu change%s; %lld of %lld sessions would be dropped%s\n", changes.count,
		       changes.count == 1 ? "" : "s", number(result, "dropped"),
		       number(result, "sessions"),
		       number(result, "dropped")
			   ? ", which l2tpgw apply does only with --allow-drop"
			   : "");
}

int verb_plan(const struct args *args, struct err *err)
{
	const char *operand = args->operand[0];
	cleanup_policy_file struct policy_file file = {
		.path = operand ? operand : args->paths->policy,
		.strict = true,
	};
	struct order order = { .paths = args->paths, .verb = "plan" };
	cleanup_json json_t *result = NULL;
	int loaded;

	if (geteuid() != 0)
		return err_set(err, ERR_PERMISSION,
			       "plan needs root: it looks at the rules and the policy");
	if (order_options(args, &order, err) < 0)
		return -1;
	loaded = load_shown(&file, err);
	if (loaded)
		return loaded;
	order.policy = operand ? &file.text : NULL;
	result = plan_here(&order, &file, err);
	if (!result)
		return -1;
	if (order.json)
		print_json(result);
	else
		print_plan(result);
	return json_array_size(json_object_get(result, "changes")) ? EXIT_PENDING : 0;
}
