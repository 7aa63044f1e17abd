/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/examine.h"
#include "unit.h"

static void expect(const char *named, const struct host *host, const char *text)
{
	cleanup_arena struct arena *arena = arena_new();
	struct findings findings = { .arena = arena };

	examine_network(&findings, named, host);
	assert_int_equal(findings_of(&findings, FINDING_PROBLEM), text ? 1 : 0);
	if (text)
		assert_non_null(strstr(findings.list[0].text, text));
}

static void what_is_wrong_with_the_wan_is_told(void **state)
{
	const struct host none = { 0 }, bare = { .wan = "lo" },
			  good = { .wan = "lo", .wan_address = 0xc6336401 };

	(void)state;
	expect(NULL, &none, "no IPv4 default route");
	expect("ens77", &none, "gateway.wan names ens77, which this machine has not");
	expect(NULL, &bare, "lo has no IPv4 address");
	expect("lo", &bare, "lo has no IPv4 address");
	expect("lo", &good, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_with_the_wan_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
