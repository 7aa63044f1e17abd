/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "policy/load.h"
#include "policy/suggest.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct policy_group *)a)->name,
		      ((const struct policy_group *)b)->name);
}

static void check_pool(struct load *load, const struct policy_group *group)
{
	const struct policy *policy = load->policy;
	struct suggest suggest;

	if (!group->pool || policy_pool(policy, group->pool) ||
	    !diags_clean(load->diags, "/addresses"))
		return;
	suggest_begin(&suggest, group->pool);
	for (size_t i = 0; i < policy->addresses.pools_count; i++)
		suggest_offer(&suggest, policy->addresses.pools[i].name);
	load_error_at(load, arena_printf(load->arena, "/groups/%s/pool", group->name),
		      "addresses.pools has no pool \"%s\"%s%s%s", load_quote(load, group->pool),
		      suggest.best ? "; did you mean \"" : "", suggest.best ? suggest.best : "",
		      suggest.best ? "\"?" : "");
}

void check_groups(struct load *load)
{
	struct policy *policy = load->policy;
	bool has_default = false;

	for (size_t i = 0; i < policy->groups_count; i++) {
		has_default |= !strcmp(policy->groups[i].name, POLICY_DEFAULT_GROUP);
		check_pool(load, &policy->groups[i]);
	}
	if (!has_default)
		(void)load_group(load, POLICY_DEFAULT_GROUP);
	qsort(policy->groups, policy->groups_count, sizeof(*policy->groups), by_name);
}
