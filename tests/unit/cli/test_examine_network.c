/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "cli/examine.h"
#include "drive/netns.h"
#include "drive/netns_route.h"

#define ADDRESS 0xc6336401 /* 198.51.100.1 */

static bool names_faked;

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

static void put_over(const char *path, const char *text)
{
	char temporary[] = "/tmp/l2tpgw-name-XXXXXX";
	int fd = mkstemp(temporary);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(chmod(temporary, 0644), 0);
	names_faked = names_faked && mount(temporary, path, NULL, MS_BIND, NULL) == 0;
	assert_int_equal(unlink(temporary), 0);
}

static int fake_names(void **state)
{
	names_faked =
	    unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	put_over("/etc/nsswitch.conf", "hosts: files\n");
	put_over("/etc/hosts", "198.51.100.1 four.test both.test near.test\n"
			       "2001:db8::1 both.test six.test\n"
			       "::1 near.test\n"
			       "fe80::1 near.test\n");
	return netns_enter(state);
}

static void expect_name(const char *name, enum severity severity, const char *text)
{
	cleanup_arena struct arena *arena = arena_new();
	struct findings findings = { .arena = arena };
	const struct host host = { .wan_address = ADDRESS };
	char copy[32];
	struct policy policy = { .gateway.name = copy };

	(void)snprintf(copy, sizeof(copy), "%s", name);
	examine_name(&findings, &policy, &host);
	assert_string_equal(findings.list[findings.count - 1].text, text);
	assert_int_equal(findings.list[findings.count - 1].severity, severity);
}

static void names_lead_nowhere_else(void **state)
{
	(void)state;
	if (!names_faked)
		skip();
	expect_name("four.test", FINDING_GOOD, "four.test leads to 198.51.100.1");
	expect_name("near.test", FINDING_GOOD, "near.test leads to 198.51.100.1");
	expect_name("198.51.100.1", FINDING_GOOD, "198.51.100.1 leads to 198.51.100.1");
	expect_name("both.test", FINDING_WARNING,
		    "both.test also has an IPv6 address, where this gateway does not listen");
	expect_name("six.test", FINDING_WARNING,
		    "gateway.name six.test has no IPv4 address: clients cannot find it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_with_the_wan_is_told),
		cmocka_unit_test(answers_that_leave_by_a_tunnel_are_told),
		cmocka_unit_test(names_lead_nowhere_else),
	};

	return cmocka_run_group_tests(tests, fake_names, NULL);
}
