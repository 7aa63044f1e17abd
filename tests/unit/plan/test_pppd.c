/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "golden.h"
#include "sample.h"

static void check(const struct policy *policy, const char *name)
{
	struct plan *plan = sample_plan(policy);
	const struct plan_file *file = sample_file(plan, "ppp-options");

	golden_check(name, file->data, file->len);
	plan_free(plan);
}

static void least_options(void **state)
{
	struct policy policy = sample_policy();

	(void)state;
	check(&policy, "ppp-options");
}

static void all_options(void **state)
{
	struct policy policy = sample_policy();

	(void)state;
	policy.ppp.dns[0] = 0x0a2a0001;
	policy.ppp.dns[1] = 0xc0000201;
	policy.ppp.dns_count = 2;
	policy.ppp.wins[0] = 0xc0000202;
	policy.ppp.wins[1] = 0xc0000203;
	policy.ppp.wins_count = 2;
	policy.ppp.idle_timeout = 1800;
	policy.ppp.session_timeout = 86400;
	check(&policy, "ppp-options-all");
}

static void paths_are_quoted(void **state)
{
	struct policy policy = sample_policy();
	struct plan_paths paths = { .run = "/run/a b", .plugin = "/lib/\"x\" #.so" };
	struct err err = { 0 };
	struct plan *plan = plan_make(&policy, &paths, NULL, 0, &err);
	const char *text;

	(void)state;
	assert_non_null(plan);
	text = sample_file(plan, "ppp-options")->data;
	assert_non_null(strstr(text, "\nplugin \"/lib/\\\"x\\\" #.so\"\n"));
	assert_non_null(strstr(text, "\nl2tpgw-socket \"/run/a b/admission.sock\"\n"));
	plan_free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(least_options),
		cmocka_unit_test(all_options),
		cmocka_unit_test(paths_are_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
