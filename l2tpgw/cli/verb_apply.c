/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply, rollback and confirm: what changes the gateway that runs. */
#include <stdio.h>
#include <unistd.h>

#include "cli/generation.h"
#include "cli/load.h"
#include "cli/order.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "policy/json.h"

static int give_and_print(const struct order *order, struct err *err)
{
	cleanup_json json_t *result = order_give(order, err);

	if (!result)
		return -1;
	order_print(order, result);
	return 0;
}

static int needs_root(const char *verb, struct err *err)
{
	if (geteuid() == 0)
		return 0;
	return err_set(err, ERR_PERMISSION, "%s needs root; nothing was changed", verb);
}

int verb_apply(const struct args *args, struct err *err)
{
	const char *operand = args->operand[0];
	cleanup_policy_file struct policy_file file = {
		.path = operand ? operand : args->paths->policy,
		.strict = true,
	};
	struct order order = { .paths = args->paths, .verb = "apply" };
	int result;

	if (needs_root("apply", err) < 0 || order_options(args, &order, err) < 0)
		return -1;
	result = load_shown(&file, err);
	if (result)
		return result;
	if (operand)
		order.policy = &file.text;
	return give_and_print(&order, err);
}

int verb_rollback(const struct args *args, struct err *err)
{
	struct order order = { .paths = args->paths, .verb = "rollback" };

	if (needs_root("rollback", err) < 0 || order_options(args, &order, err) < 0 ||
	    (args->operand[0] && generation_parse(args->operand[0], &order.generation, err) < 0))
		return -1;
	return give_and_print(&order, err);
}

int verb_confirm(const struct args *args, struct err *err)
{
	const struct order order = { .paths = args->paths, .verb = "confirm" };
	cleanup_json json_t *result = NULL;

	if (needs_root("confirm", err) < 0)
		return -1;
	result = order_give(&order, err);
	if (!result)
		return -1;
	if (args->given[OPTION_JSON])
		print_json(result);
	else
		printf("generation %lld is confirmed\n",
		       (long long)json_integer_value(json_object_get(result, "generation")));
	return 0;
}
