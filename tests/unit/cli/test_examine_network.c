/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "cli/examine.h"
#include "drive/netns.h"
#include "drive/netns_route.h"

#define ADDRESS 0xc6336401 /* 198.51.100.1 */

static void expect(const char *named, const struct host *host, const char *text)
{
	cleanup_arena struct arena *arena = arena_new();
	struct findings findings = { .arena = arena };

	examine_network(&findings, named, host);
	assert_int_equal(findings_of(&findings, FINDING_PROBLEM), text ? 1 : 0);
	for (size_t i = 0; i < findings.count; i++) {
		if (findings.list[i].severity == FINDING_PROBLEM)
			assert_non_null(strstr(findings.list[i].text, text));
	}
}

static void what_is_wrong_with_the_wan_is_told(void **state)
{
	const struct host none = { 0 }, bare = { .wan = "lo" },
			  good = { .wan = "lo", .wan_address = ADDRESS };

	(void)state;
	expect(NULL, &none, "no IPv4 default route");
	expect("ens77", &none, "gateway.wan names ens77, which this machine has not");
	expect(NULL, &bare, "lo has no IPv4 address");
	expect("lo", &bare, "lo has no IPv4 address");
	expect("lo", &good, NULL);
}

static void answers_that_leave_by_a_tunnel_are_told(void **state)
{
	const struct netns_rule all = {
		.mark = 0xca6c, .table = 51820, .invert = true, .pref = 32765
	};
	const struct host host = { .wan = "wan0", .wan_address = ADDRESS };

	(void)state;
	netns_needed();
	netns_add_link("wan0");
	netns_add_link("wg0");
	netns_add_address("wan0", ADDRESS, 24);
	netns_add_route(RT_TABLE_MAIN, 0, 0, "wan0", ADDRESS + 1);
	netns_add_route(51820, 0, 0, "wg0", 0);
	expect(NULL, &host, NULL);
	netns_add_rule(&all);
	expect(NULL, &host, "leave by wg0 (table 51820), not by wan0: clients get none");
	netns_delete_rule(&all);
	netns_delete_link("wan0");
	netns_delete_link("wg0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_with_the_wan_is_told),
		cmocka_unit_test(answers_that_leave_by_a_tunnel_are_told),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
