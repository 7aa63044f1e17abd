/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds the gateway's ports, and what is said of it. */
#include "unit.h"

#include <arpa/inet.h>

#include "../drive/netns.h"
#include "../drive/tmpdir.h"
#include "base/cleanup.h"
#include "cli/examine.h"

static struct paths paths;
static struct findings findings;
static struct policy policy;

static int setup(void **state)
{
	struct err err;

	if (tmpdir_make(state) < 0 || setenv("L2TPGW_RUN", tmpdir, 1) < 0 ||
	    paths_load(&paths, &err) < 0)
		return -1;
	findings = (struct findings){ .arena = arena_new() };
	policy = (struct policy){ .ipsec.charon = POLICY_CHARON_MANAGED };
	return 0;
}

static int teardown(void **state)
{
	arena_free(findings.arena);
	return tmpdir_remove(state);
}

static int holds(uint16_t port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void hears_orders(void)
{
	static struct policy_radius_server server;

	policy.radius.servers = &server;
	policy.radius.servers_count = 1;
	policy.radius.dynamic_authorization = true;
	policy.radius.dynamic_authorization_port = 3799;
}

/* The only thing that is said. */
static void assert_found(enum severity severity, const char *text)
{
	examine_ports(&findings, &paths, &policy);
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.list[0].severity, severity);
	assert_non_null(strstr(findings.list[0].text, text));
	assert_int_equal(severity == FINDING_GOOD, !findings.list[0].remedy);
}

static void nobody(void **state)
{
	(void)state;
	netns_needed();
	assert_found(FINDING_GOOD, "nobody else holds UDP 500, 4500 or 1701");
	assert_null(strstr(findings.list[0].text, "RADIUS"));
}

static void ike(void **state)
{
	cleanup_fd int fd = -1;

	(void)state;
	netns_needed();
	fd = holds(4500);
	assert_found(FINDING_PROBLEM, "UDP 4500 is in use by ");
}

static void ike_of_a_charon_that_is_not_ours(void **state)
{
	cleanup_fd int fd = -1;

	(void)state;
	netns_needed();
	fd = holds(500);
	policy.ipsec.charon = POLICY_CHARON_EXTERNAL;
	assert_found(FINDING_GOOD, "nobody else");
}

static void orders_of_radius_servers(void **state)
{
	cleanup_fd int fd = -1;

	(void)state;
	netns_needed();
	hears_orders();
	assert_found(FINDING_GOOD, "nor 3799 for RADIUS");
	fd = holds(3799);
	findings.count = 0;
	assert_found(FINDING_WARNING, "UDP 3799 is in use by ");
	assert_non_null(strstr(findings.list[0].remedy, "radius.dynamic_authorization_port"));
}

static void orders_that_the_policy_does_not_want(void **state)
{
	cleanup_fd int fd = -1;

	(void)state;
	netns_needed();
	hears_orders();
	policy.radius.dynamic_authorization = false;
	fd = holds(3799);
	assert_found(FINDING_GOOD, "nobody else");
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(nobody),
		test(ike),
		test(ike_of_a_charon_that_is_not_ours),
		test(orders_of_radius_servers),
		test(orders_that_the_policy_does_not_want),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
