/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/plan.h"

#include "plan/charon.h"
#include "plan/fabric.h"
#include "plan/pppd.h"
#include "plan/xl2tpd.h"

static int make(struct plan *plan, const struct policy *policy, const struct plan_paths *paths,
		const struct plan_running *running, size_t running_count, struct err *err)
{
	if (charon_plan_config(plan, policy, paths, err) < 0)
		return -1;
	charon_plan_objects(plan, policy);
	if (pppd_plan(plan, policy, paths, err) < 0)
		return -1;
	if (xl2tpd_plan(plan, policy, paths, running, running_count, err) < 0)
		return -1;
	if (fabric_plan_ruleset(plan, policy, err) < 0)
		return -1;
	fabric_plan_host(plan);
	return 0;
}

struct plan *plan_make(const struct policy *policy, const struct plan_paths *paths,
		       const struct plan_running *running, size_t running_count, struct err *err)
{
	struct arena *arena = arena_new();
	struct plan *plan = arena_alloc(arena, sizeof(*plan));

	plan->arena = arena;
	if (make(plan, policy, paths, running, running_count, err) < 0) {
		plan_free(plan);
		return NULL;
	}
	return plan;
}

void plan_free(struct plan *plan)
{
	if (plan)
		arena_free(plan->arena);
}
