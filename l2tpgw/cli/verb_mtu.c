/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cli/load.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "policy/geometry.h"

struct direction {
	const char *key;
	const char *title;
	unsigned value; /* what the policy has */
	struct geometry geometry;
};

static void print_sum(const struct direction *direction)
{
	const struct geometry *g = &direction->geometry;
	struct geometry_sum sum;

	geometry_sum(g, &sum);
	printf("%s: %s, %s%s%s\n", direction->key, direction->title, g->encryption,
	       g->integrity ? " with " : "", g->integrity ? g->integrity : "");
	for (size_t i = 0; i < sum.count; i++)
		printf("  %s%5u  %s\n", i ? "-" : " ", sum.lines[i].bytes, sum.lines[i].label);
	printf("  =%5u  largest packet inside; the policy has %u\n\n", sum.result,
	       direction->value);
}

static json_t *sum_json(const struct direction *direction)
{
	json_t *lines = json_array();
	struct geometry_sum sum;

	geometry_sum(&direction->geometry, &sum);
	for (size_t i = 0; i < sum.count; i++)
		json_array_append_new(lines, json_pack("{s:s, s:i}", "label", sum.lines[i].label,
						       "bytes", (int)sum.lines[i].bytes));
	return json_pack("{s:i, s:i, s:o}", "value", (int)direction->value, "largest",
			 (int)sum.result, "sum", lines);
}

int verb_mtu(const struct args *args, struct err *err)
{
	struct direction mtu = { .key = "mtu", .title = "what we send" };
	struct direction mru = { .key = "mru", .title = "what clients send" };
	cleanup_policy_file struct policy_file file = { .path = args->operand[0]
								    ? args->operand[0]
								    : args->paths->policy };
	int loaded = load_policy(&file, err);
	unsigned outer;
	json_t *result;

	if (loaded)
		return loaded;
	outer = geometry_path(file.host.wan_mtu);
	mtu.value = file.policy->ppp.mtu;
	mru.value = file.policy->ppp.mru;
	geometry_mtu(file.policy, outer, &mtu.geometry);
	geometry_mru(file.policy, outer, &mru.geometry);
	if (!args->given[OPTION_JSON]) {
		print_sum(&mtu);
		print_sum(&mru);
		return 0;
	}
	result = json_pack("{s:s, s:i, s:o, s:o}", "schema", "l2tpgw.mtu/1", "outer", (int)outer,
			   "mtu", sum_json(&mtu), "mru", sum_json(&mru));
	print_json(result);
	json_decref(result);
	return 0;
}
