/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "helper.h"

/* users[].expires, at the login and while somebody is on. */

#define HOUR 3600

static void expire(struct policy *policy, struct policy_user *users, int64_t bob, int64_t dave)
{
	memcpy(users, test_users, sizeof(test_users));
	users[1].expires = bob;
	users[3].expires = dave;
	policy->users = users;
}

static void nobody_logs_in_from_then_on(void **state)
{
	struct policy policy = test_policy();
	struct policy_user users[sizeof(test_users) / sizeof(test_users[0])];
	struct session_table *table;
	struct session_answer answer;

	(void)state;
	expire(&policy, users, WALL + HOUR, 0);
	table = test_table(&policy);
	secure(table, 0, 1);
	secure(table, 0, 2);
	assert_int_equal(ask(table, (HOUR - 1) * 1000, 1, 501, "bob", true, &answer),
			 SESSION_ADMIT);
	assert_int_equal(ask(table, HOUR * 1000, 2, 502, "bob", true, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_EXPIRED);
	assert_string_equal(answer.message, "");
	session_table_free(table);
}

static void a_session_ends_at_its_hour_and_no_other_does(void **state)
{
	struct policy policy = test_policy();
	struct policy_user users[sizeof(test_users) / sizeof(test_users[0])];
	struct session_table *table;

	(void)state;
	expire(&policy, users, WALL + HOUR, WALL + 2 * HOUR);
	table = test_table(&policy);
	connect_client(table, 0, 1, "alice");
	connect_client(table, 0, 2, "bob");
	connect_client(table, 0, 3, "dave");
	(void)session_tick(table, at_ms(0));
	(void)session_tick(table, at_ms((HOUR - 1) * 1000));
	assert_int_equal(session_count(table, SESSION_UP), 3);
	(void)session_tick(table, at_ms(HOUR * 1000));
	assert_int_equal(session_by_slot(table, 2)->state, SESSION_CLOSING);
	assert_int_equal(session_by_slot(table, 2)->reason, SESSION_USER_EXPIRED);
	assert_int_equal(session_count(table, SESSION_UP), 2);
	(void)session_tick(table, at_ms(2 * HOUR * 1000));
	assert_int_equal(session_by_slot(table, 3)->reason, SESSION_USER_EXPIRED);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_UP);
	session_table_free(table);
}

static void a_new_policy_counts_at_once(void **state)
{
	struct policy policy = test_policy(), later = test_policy();
	struct policy_user users[sizeof(test_users) / sizeof(test_users[0])];
	struct session_table *table = test_table(&policy);

	(void)state;
	connect_client(table, 0, 2, "bob");
	(void)session_tick(table, at_ms(1000));
	assert_int_equal(session_count(table, SESSION_UP), 1);
	expire(&later, users, WALL - HOUR, 0);
	session_table_policy(table, &later);
	(void)session_tick(table, at_ms(2000));
	assert_int_equal(session_by_slot(table, 2)->reason, SESSION_USER_EXPIRED);
	session_table_free(table);
}

static void who_is_disabled_or_removed_goes(void **state)
{
	struct policy policy = test_policy(), later = test_policy();
	struct policy_user users[sizeof(test_users) / sizeof(test_users[0])];
	struct session_table *table = test_table(&policy);

	(void)state;
	connect_client(table, 0, 1, "alice");
	connect_client(table, 0, 2, "bob");
	connect_client(table, 0, 3, "dave");
	secure(table, 0, 4);
	(void)session_tick(table, at_ms(1000));
	assert_int_equal(session_count(table, SESSION_UP), 3);
	expire(&later, users, 0, 0);
	users[1].disabled = true;
	later.users_count = 3; /* dave was the fourth */
	session_table_policy(table, &later);
	(void)session_tick(table, at_ms(1000));
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_UP);
	assert_int_equal(session_by_slot(table, 2)->reason, SESSION_USER_DISABLED);
	assert_int_equal(session_by_slot(table, 3)->reason, SESSION_USER_REMOVED);
	assert_int_equal(session_by_slot(table, 4)->state, SESSION_SECURED);
	session_table_free(table);
}

/* l2tpgwd was away when bob's time came, and takes him over some time after its start. */
static void who_is_taken_over_later_goes_too(void **state)
{
	struct policy policy = test_policy(), later = test_policy();
	struct policy_user users[sizeof(test_users) / sizeof(test_users[0])];
	struct session_table *before = test_table(&policy), *after;
	struct fields fields = { .len = 0 };
	struct err err;

	(void)state;
	connect_client(before, 0, 2, "bob");
	session_encode(session_by_slot(before, 2), &fields);
	expire(&later, users, WALL - HOUR, 0);
	after = test_table(&later);
	(void)session_tick(after, at_ms(1000));
	assert_int_equal(session_restore(after, at_ms(1500), &fields, NULL, &err), 0);
	(void)session_tick(after, at_ms(2000));
	assert_int_equal(session_by_slot(after, 2)->reason, SESSION_USER_EXPIRED);
	session_table_free(before);
	session_table_free(after);
}

/* Who was let in again because the clock was wrong has to go again. */
static void a_clock_set_back_is_no_way_round(void **state)
{
	struct policy policy = test_policy();
	struct policy_user users[sizeof(test_users) / sizeof(test_users[0])];
	struct session_table *table;

	(void)state;
	expire(&policy, users, WALL + HOUR, 0);
	table = test_table(&policy);
	(void)session_tick(table, at_ms(2 * HOUR * 1000));
	(void)session_tick(table, at_ms(0));
	connect_client(table, 0, 2, "bob");
	(void)session_tick(table, at_ms(HOUR * 1000));
	assert_int_equal(session_by_slot(table, 2)->reason, SESSION_USER_EXPIRED);
	session_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_logs_in_from_then_on),
		cmocka_unit_test(a_session_ends_at_its_hour_and_no_other_does),
		cmocka_unit_test(a_new_policy_counts_at_once),
		cmocka_unit_test(who_is_disabled_or_removed_goes),
		cmocka_unit_test(who_is_taken_over_later_goes_too),
		cmocka_unit_test(a_clock_set_back_is_no_way_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
