/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cleanup.h"
#include "cli/finding.h"
#include "unit.h"

static void fill(struct findings *findings)
{
	finding_add(findings, "kernel", FINDING_GOOD, "%s works", "PPP");
	finding_add(findings, "kernel", FINDING_PROBLEM, "ESP is missing");
	finding_remedy(findings, "load %s", "esp4");
	finding_remedy(findings, "or reboot");
	finding_add(findings, "ports", FINDING_WARNING, "UDP 500 is odd");
}

static void test_remedies_and_counts(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct findings findings = { .arena = arena };

	(void)state;
	fill(&findings);
	assert_int_equal(findings_of(&findings, FINDING_PROBLEM), 1);
	assert_int_equal(findings_of(&findings, FINDING_WARNING), 1);
	assert_string_equal(findings.list[1].remedy, "load esp4\nor reboot");
	assert_null(findings.list[0].remedy);
}

static void test_print_from_a_severity_on(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct findings findings = { .arena = arena };
	cleanup_free char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	fill(&findings);
	findings_print(&findings, FINDING_PROBLEM, out);
	(void)fclose(out);
	assert_string_equal(text, "kernel     PROBLEM  ESP is missing\n"
				  "                   -> load esp4\n"
				  "                   -> or reboot\n");
}

static void test_json(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct findings findings = { .arena = arena };
	json_t *list;

	(void)state;
	fill(&findings);
	list = findings_json(&findings);
	assert_int_equal(json_array_size(list), 3);
	assert_true(json_is_null(json_object_get(json_array_get(list, 0), "remedy")));
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "severity")),
			    "problem");
	json_decref(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remedies_and_counts),
		cmocka_unit_test(test_print_from_a_severity_on),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
