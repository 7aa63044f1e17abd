/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's maps are what the session table says, whatever becomes of policies, tables,
 * elements. */
#include "unit.h"

#include <stdlib.h>

#include "../drive/netns.h"
#include "../session/helper.h"
#include "daemon/acls.h"
#include "drive/nft.h"
#include "plan/plan.h"

static struct gateway gateway;
static struct policy policy;
static struct policy_group groups[3];
static struct policy_user users[5];
static struct err err;

static struct plan *make_plan(const struct policy *of)
{
	const struct plan_paths paths = { .run = "/run/l2tpgw", .plugin = "/plugin.so" };
	struct plan *plan = plan_make(of, &paths, NULL, 0, &err);

	if (!plan)
		fail_msg("%s", err.text);
	return plan;
}

static int begin(void **state)
{
	(void)state;
	memcpy(groups, test_groups, sizeof(test_groups));
	memcpy(users, test_users, sizeof(users));
	users[3].group = "guests"; /* dave */
	policy = test_policy();
	policy.ipsec.psk = "secret";
	policy.ipsec.psk_len = 6;
	policy.ppp.mtu = policy.ppp.mru = 1400;
	policy.l2tp.retries = 5;
	policy.groups = groups;
	policy.users = users;
	gateway = (struct gateway){ .policy = &policy };
	gateway.sessions = test_table(&policy);
	gateway.plan = make_plan(&policy);
	gateway.acls = acls_new(&gateway);
	if (!netns_ready)
		return 0;
	assert_true(nft_table_delete(&err) >= 0);
	assert_ok(nft_run(gateway.plan->ruleset, &err));
	connect_client(gateway.sessions, 0, 1, "alice");
	connect_client(gateway.sessions, 0, 2, "dave");
	acls_sessions_known(gateway.acls);
	return 0;
}

static int end(void **state)
{
	(void)state;
	acls_free(gateway.acls);
	plan_free(gateway.plan);
	session_table_free(gateway.sessions);
	return 0;
}

static void act(void)
{
	struct session_action action;

	while (session_next(gateway.sessions, &action)) {
		if (action.kind == SESSION_ALLOW || action.kind == SESSION_DISALLOW)
			acls_slot(gateway.acls, action.slot);
	}
}

static unsigned count_of(const char *text, const char *what)
{
	unsigned count = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		count++;
	}
	return count;
}

/* Both maps lead from so many addresses to the group's chains, and from `all` in all. */
static void leads(const char *group, unsigned count, unsigned all)
{
	static const char *const maps[][2] = { { "acl_to", "to_" }, { "acl_from", "from_" } };

	for (size_t i = 0; i < 2; i++) {
		cleanup_buf struct buf json = BUF_INIT;
		char command[64], target[64];

		(void)snprintf(command, sizeof(command), "list map inet l2tpgw %s", maps[i][0]);
		(void)snprintf(target, sizeof(target), "\"%s%s\"", maps[i][1], group);
		assert_ok(nft_list(command, true, 1 << 20, &json, &err));
		assert_int_equal(count_of(buf_text(&json), target), count);
		assert_int_equal(count_of(buf_text(&json), "\"goto\""), all);
	}
}

static void sessions_come_and_go(void **state)
{
	(void)state;
	netns_needed();
	leads("default", 1, 2);
	leads("guests", 1, 2);
	assert_true(acls_hold(gateway.acls, 1));
	secure(gateway.sessions, 0, 3);
	assert_int_equal(dial(gateway.sessions, 0, 3, 503, "alice"), SESSION_ADMIT);
	assert_false(acls_hold(gateway.acls, 3));
	act();
	assert_true(acls_hold(gateway.acls, 3));
	leads("default", 2, 3);
	ended(gateway.sessions, 0, 501, SESSION_EXITED, 0);
	act();
	leads("default", 1, 2);
	assert_false(acls_hold(gateway.acls, 1));
}

static void a_user_moves(void **state)
{
	struct policy_user later[5];
	struct policy next = policy;

	(void)state;
	netns_needed();
	memcpy(later, users, sizeof(later));
	later[0].group = "guests";
	next.users = later;
	gateway.policy = &next;
	session_table_policy(gateway.sessions, &next);
	act();
	leads("guests", 2, 2);
}

/* The chains of a group that goes can be deleted; if it stays after all, it is as before. */
static void a_group_goes(void **state)
{
	struct policy_user later[5];
	struct policy next = policy;

	(void)state;
	netns_needed();
	memcpy(later, users, sizeof(later));
	later[3].group = "default";
	next.users = later;
	next.groups_count = 1;
	acls_follow(gateway.acls, &next);
	leads("default", 1, 1);
	acls_follow(gateway.acls, NULL);
	leads("guests", 1, 2);
	acls_follow(gateway.acls, &next);
	assert_ok(nft_run("flush chain inet l2tpgw to_guests\nflush chain inet l2tpgw from_guests\n"
			  "delete chain inet l2tpgw to_guests\n"
			  "delete chain inet l2tpgw from_guests\n",
			  &err));
	gateway.policy = &next;
	session_table_policy(gateway.sessions, &next);
	acls_follow(gateway.acls, NULL);
	act();
	leads("default", 2, 2);
	assert_true(acls_hold(gateway.acls, 2));
}

static void others_change_it(void **state)
{
	static const char *const deeds[] = {
		"flush map inet l2tpgw acl_to",
		"flush map inet l2tpgw acl_from",
		"add element inet l2tpgw acl_to { 10.9.0.200 : goto to_default }",
		"delete element inet l2tpgw acl_from { 10.9.0.2 }",
		("delete element inet l2tpgw acl_to { 10.9.0.2 }\n"
		 "add element inet l2tpgw acl_to { 10.9.0.2 : goto to_guests }"),
	};

	(void)state;
	netns_needed();
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		assert_ok(nft_run(deeds[i], &err));
		acls_check(gateway.acls);
		leads("default", 1, 2);
		leads("guests", 1, 2);
	}
	assert_true(nft_table_delete(&err) >= 0);
	assert_ok(nft_run(gateway.plan->ruleset, &err));
	leads("default", 0, 0);
	acls_refill(gateway.acls);
	leads("default", 1, 2);
}

/* Whoever cannot be let in is not said to be; it is tried again. */
static void without_a_table_nobody_holds(void **state)
{
	(void)state;
	netns_needed();
	assert_true(nft_table_delete(&err) >= 0);
	secure(gateway.sessions, 0, 3);
	assert_int_equal(dial(gateway.sessions, 0, 3, 503, "alice"), SESSION_ADMIT);
	act();
	assert_false(acls_hold(gateway.acls, 3));
	assert_ok(nft_run(gateway.plan->ruleset, &err));
	acls_refill(gateway.acls);
	assert_true(acls_hold(gateway.acls, 3));
	leads("default", 2, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sessions_come_and_go),
		TEST(a_user_moves),
		TEST(a_group_goes),
		TEST(others_change_it),
		TEST(without_a_table_nobody_holds),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
