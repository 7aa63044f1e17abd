/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "helper.h"

#define MBIT 1000000ull

static struct policy_user users[2];

/* Alice has a rate, dave has none. */
static struct policy policy_with(uint64_t down, uint64_t up)
{
	struct policy policy = test_policy();

	users[0] = (struct policy_user){ .name = "alice",
					 .group = "default",
					 .password = "a-secret",
					 .rate = { .down = down, .up = up } };
	users[1] =
	    (struct policy_user){ .name = "dave", .group = "default", .password = "d-secret" };
	policy.users = users;
	policy.users_count = 2;
	return policy;
}

static void assert_rate(const struct drained *drained, uint64_t down, uint64_t up)
{
	assert_int_equal(drained->count[SESSION_RATE], 1);
	assert_int_equal(drained->last[SESSION_RATE].rate.down, down);
	assert_int_equal(drained->last[SESSION_RATE].rate.up, up);
	assert_string_equal(drained->last[SESSION_RATE].ifname, "l2tpgw1");
	assert_int_equal(drained->last[SESSION_RATE].slot, 1);
}

static void dial_on(struct session_table *table, const char *user, const char *ifname)
{
	struct mschap_proof proof = proof_of(user);
	struct session_request request = { .vip = fabric_vip(1),
					   .pppd = pid_of(501),
					   .worker = 1,
					   .user = user,
					   .auth = "mschapv2",
					   .ifname = ifname,
					   .proof = &proof };
	struct session_answer answer;

	assert_int_equal(session_admit(table, at_ms(0), &request, false, &answer), SESSION_ADMIT);
}

static void it_is_asked_for_before_the_login_is_answered(void **state)
{
	struct policy policy = policy_with(MBIT, 2 * MBIT);
	struct session_table *table = test_table(&policy);
	struct drained drained;

	(void)state;
	secure(table, 0, 1);
	dial_on(table, "alice", "l2tpgw1");
	drained = drain(table);
	assert_rate(&drained, MBIT, 2 * MBIT);
	dial_on(table, "alice", "l2tpgw1");
	assert_int_equal(drain(table).count[SESSION_RATE], 0);
	link_up(table, 0, 1, 501);
	assert_int_equal(drain(table).count[SESSION_RATE], 0);
	ended(table, 0, 501, SESSION_EXITED, 0);
	drained = drain(table);
	assert_rate(&drained, 0, 0);
	/* The next login over that SA begins anew. */
	dial_on(table, "dave", "l2tpgw1");
	link_up(table, 0, 1, 501);
	assert_int_equal(drain(table).count[SESSION_RATE], 0);
	session_table_free(table);
}

static void a_login_that_fails_gives_it_back(void **state)
{
	struct policy policy = policy_with(MBIT, MBIT);
	struct session_table *table = test_table(&policy);
	struct drained drained;

	(void)state;
	secure(table, 0, 1);
	dial_on(table, "alice", "l2tpgw1");
	(void)drain(table);
	ended(table, 0, 501, SESSION_EXITED, 10);
	drained = drain(table);
	assert_rate(&drained, 0, 0);
	assert_string_equal(session_by_slot(table, 1)->ifname, "");
	session_table_free(table);
}

static void what_failed_is_asked_for_again(void **state)
{
	struct policy policy = policy_with(MBIT, MBIT);
	struct session_table *table = test_table(&policy);
	struct drained drained;

	(void)state;
	secure(table, 0, 1);
	dial_on(table, "alice", "l2tpgw1");
	(void)drain(table);
	session_rate_failed(table, 1);
	session_rate_failed(table, 2);
	session_rate_failed(table, FABRIC_SLOTS);
	assert_int_equal(drain(table).count[SESSION_RATE], 0);
	link_up(table, 0, 1, 501);
	drained = drain(table);
	assert_rate(&drained, MBIT, MBIT);
	session_table_free(table);
}

static void it_is_that_of_one_link(void **state)
{
	struct policy policy = policy_with(MBIT, MBIT);
	struct session_table *table = test_table(&policy);
	struct drained drained;

	(void)state;
	secure(table, 0, 1);
	dial_on(table, "alice", "l2tp\ngw4097 and more");
	assert_string_equal(session_by_slot(table, 1)->ifname, "l2tp\\x0agw4097 ");
	(void)drain(table);
	link_up(table, 0, 1, 501);
	drained = drain(table);
	assert_rate(&drained, MBIT, MBIT);
	session_table_free(table);
}

/* Plugins of before do not say its name when they ask. */
static void it_is_asked_for_while_the_link_is_there(void **state)
{
	struct policy policy = policy_with(MBIT, 2 * MBIT);
	struct session_table *table = test_table(&policy);
	struct drained drained;

	(void)state;
	secure(table, 0, 1);
	assert_int_equal(dial(table, 0, 1, 501, "alice"), SESSION_ADMIT);
	assert_int_equal(drain(table).count[SESSION_RATE], 0);
	link_up(table, 0, 1, 501);
	drained = drain(table);
	assert_rate(&drained, MBIT, 2 * MBIT);
	/* Said again, it is nothing new. */
	link_up(table, 0, 1, 501);
	assert_int_equal(drain(table).count[SESSION_RATE], 0);
	ended(table, 0, 501, SESSION_EXITED, 0);
	drained = drain(table);
	assert_rate(&drained, 0, 0);
	session_table_free(table);
}

static void who_has_none_is_left_alone(void **state)
{
	struct policy policy = policy_with(MBIT, 0);
	struct session_table *table = test_table(&policy);

	(void)state;
	connect_client(table, 0, 1, "dave");
	ended(table, 0, 501, SESSION_EXITED, 0);
	assert_int_equal(drain(table).count[SESSION_RATE], 0);
	session_table_free(table);
}

static void it_follows_the_policy(void **state)
{
	struct policy policy = policy_with(MBIT, 0), next;
	struct session_table *table = test_table(&policy);
	struct drained drained;

	(void)state;
	connect_client(table, 0, 1, "alice");
	(void)drain(table);
	next = policy_with(MBIT, 3 * MBIT);
	session_table_policy(table, &next);
	drained = drain(table);
	assert_rate(&drained, MBIT, 3 * MBIT);
	session_table_policy(table, &next);
	assert_int_equal(drain(table).count[SESSION_RATE], 0);
	next = policy_with(0, 0);
	session_table_policy(table, &next);
	drained = drain(table);
	assert_rate(&drained, 0, 0);
	ended(table, 0, 501, SESSION_EXITED, 0);
	assert_int_equal(drain(table).count[SESSION_RATE], 0);
	session_table_free(table);
}

static void it_is_asked_for_again_after_a_restart(void **state)
{
	struct policy policy = policy_with(MBIT, MBIT), later;
	struct session_table *table = test_table(&policy), *next;
	struct drained drained;
	struct fields fields;
	struct err err;

	(void)state;
	connect_client(table, 0, 1, "alice");
	fields_init(&fields);
	session_encode(session_by_slot(table, 1), &fields);
	session_table_free(table);
	/* Meanwhile the policy may have become another one: also none is said. */
	later = policy_with(0, 0);
	next = test_table(&later);
	assert_int_equal(session_restore(next, at_ms(0), &fields, NULL, &err), 0);
	drained = drain(next);
	assert_rate(&drained, 0, 0);
	session_table_free(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_asked_for_before_the_login_is_answered),
		cmocka_unit_test(a_login_that_fails_gives_it_back),
		cmocka_unit_test(what_failed_is_asked_for_again),
		cmocka_unit_test(it_is_that_of_one_link),
		cmocka_unit_test(it_is_asked_for_while_the_link_is_there),
		cmocka_unit_test(who_has_none_is_left_alone),
		cmocka_unit_test(it_follows_the_policy),
		cmocka_unit_test(it_is_asked_for_again_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
