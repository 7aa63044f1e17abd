/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many sessions there may be, and how long they last. */
#include "unit.h"

#include "helper.h"

static struct policy_pool pools[] = { { "small", { POOL + 0x100, 30 } } }; /* two addresses */
static struct policy_group groups[2];
static struct policy_user users[5];
static struct policy policy;
static struct session_table *table;

static int prepare(void **state)
{
	(void)state;
	memcpy(groups, test_groups, sizeof(groups));
	memcpy(users, test_users, sizeof(users));
	users[3].group = "guests"; /* dave */
	policy = test_policy();
	policy.groups = groups;
	policy.users = users;
	policy.addresses.pools = pools;
	policy.addresses.pools_count = 1;
	table = test_table(&policy);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	session_table_free(table);
	return 0;
}

/* NONE = admitted; -1 = to wait. */
static int try(uint64_t ms, uint32_t n, uint32_t pid, const char *user)
{
	struct session_answer answer;

	switch (ask(table, ms, n, pid, user, false, &answer)) {
	case SESSION_ADMIT:
		return SESSION_DENY_NONE;
	case SESSION_DENY:
		return (int)answer.denial;
	case SESSION_WAIT:
	case SESSION_ASK:
		break;
	}
	return -1;
}

static enum session_state state_of(uint32_t slot)
{
	return session_by_slot(table, slot)->state;
}

/* ---- how many ---- */

static void a_user_has_only_so_many(void **state)
{
	(void)state;
	groups[0].user_sessions = 2;
	for (uint32_t n = 1; n <= 4; n++)
		secure(table, 0, n);
	assert_int_equal(try(0, 1, 501, "alice"), SESSION_DENY_NONE); /* still dialing: it counts */
	assert_int_equal(try(0, 2, 502, "alice"), SESSION_DENY_NONE);
	assert_int_equal(try(0, 3, 503, "alice"), SESSION_DENY_USER_LIMIT);
	assert_int_equal(try(0, 4, 504, "dave"), SESSION_DENY_NONE);
	assert_int_equal(session_denied(table)[SESSION_DENY_USER_LIMIT], 1);
	users[0].max_sessions = 3; /* the user's own goes before the group's */
	assert_int_equal(try(0, 3, 503, "alice"), SESSION_DENY_NONE);
}

static void a_group_has_only_so_many(void **state)
{
	(void)state;
	groups[0].max_sessions = 2;
	for (uint32_t n = 1; n <= 3; n++)
		secure(table, 0, n);
	assert_int_equal(try(0, 1, 501, "alice"), SESSION_DENY_NONE);
	assert_int_equal(try(0, 2, 502, "bob"), SESSION_DENY_NONE);
	assert_int_equal(try(0, 3, 503, "alice"), SESSION_DENY_GROUP_LIMIT);
	assert_int_equal(try(0, 3, 503, "dave"), SESSION_DENY_NONE);
}

static void who_has_no_password_ousts_nobody(void **state)
{
	struct mschap_proof proof = proof_with("alice", "a guess");
	struct session_answer answer;

	(void)state;
	groups[0].user_sessions = 1;
	groups[0].when_full = POLICY_CLOSE_OLDEST;
	connect_client(table, 0, 1, "alice");
	secure(table, 0, 2);
	assert_int_equal(ask_with(table, 0, 2, 602, "alice", &proof, false, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_PASSWORD);
	assert_int_equal(state_of(1), SESSION_UP);
}

static void the_oldest_makes_room(void **state)
{
	struct drained drained;

	(void)state;
	groups[0].user_sessions = 2;
	groups[0].when_full = POLICY_CLOSE_OLDEST;
	connect_client(table, 2000, 1, "alice");
	connect_client(table, 1000, 2, "alice");
	connect_client(table, 0, 3, "dave");
	secure(table, 3000, 4);
	(void)drain(table);
	assert_int_equal(try(3000, 4, 504, "alice"), -1);
	drained = drain(table);
	assert_int_equal(drained.count[SESSION_KILL_PPPD], 1);
	assert_int_equal(drained.last[SESSION_KILL_PPPD].pppd.pid, 502);
	assert_int_equal(try(3000, 4, 504, "alice"), SESSION_DENY_NONE);
	assert_int_equal(drain(table).count[SESSION_KILL_PPPD], 0);
	ended(table, 3100, 502, SESSION_SIGNALED, 9);
	assert_int_equal(drain(table).report[SESSION_J_DOWN].reason, SESSION_OUSTED);
	assert_int_equal(state_of(1), SESSION_UP);
	assert_int_equal(state_of(3), SESSION_UP);
}

static void who_is_leaving_is_waited_for(void **state)
{
	(void)state;
	groups[0].user_sessions = 1;
	connect_client(table, 0, 1, "alice");
	session_close(table, at_ms(1000), 1, SESSION_KICKED);
	secure(table, 1000, 2);
	assert_int_equal(try(1000, 2, 502, "alice"), -1);
	ended(table, 1100, 501, SESSION_EXITED, 5);
	assert_int_equal(try(1100, 2, 502, "alice"), SESSION_DENY_NONE);
}

static void the_last_address_goes_once(void **state)
{
	const char *names[] = { "dave", "dave", "dave" };

	(void)state;
	groups[1].pool = "small";
	for (uint32_t n = 1; n <= 3; n++)
		secure(table, 0, n);
	for (uint32_t n = 1; n <= 2; n++)
		assert_int_equal(try(0, n, 500 + n, names[n]), SESSION_DENY_NONE);
	assert_int_not_equal(session_by_slot(table, 1)->address,
			     session_by_slot(table, 2)->address);
	assert_int_equal(try(0, 3, 503, "dave"), SESSION_DENY_EXHAUSTED);
	assert_int_equal(try(0, 3, 503, "alice"), SESSION_DENY_NONE); /* another pool */
}

/* ---- how long ---- */

static enum session_reason ends_at(uint64_t ms, uint32_t slot)
{
	(void)session_tick(table, at_ms(ms));
	return session_by_slot(table, slot)->reason;
}

static void session_time_out(void **state)
{
	(void)state;
	groups[0].session_timeout = 100;
	connect_client(table, 5000, 1, "alice");
	assert_int_equal(session_tick(table, at_ms(6000)), 105000);
	assert_int_equal(ends_at(104999, 1), SESSION_REASON_NONE);
	assert_int_equal(ends_at(105000, 1), SESSION_TIME_LIMIT);
}

static void idle_time_out(void **state)
{
	(void)state;
	groups[0].idle_timeout = 80;
	connect_client(table, 0, 1, "alice");
	(void)drain(table);
	assert_int_equal(ends_at(9999, 1), SESSION_REASON_NONE);
	assert_int_equal(drain(table).count[SESSION_COUNT], 0);
	assert_int_equal(ends_at(10000, 1), SESSION_REASON_NONE);
	assert_int_equal(drain(table).count[SESSION_COUNT], 1);
	assert_int_equal(ends_at(19999, 1), SESSION_REASON_NONE);
	assert_int_equal(drain(table).count[SESSION_COUNT], 0);
	session_counters(table, at_ms(50000), 1, 10, 0);
	session_counters(table, at_ms(60000), 1, 10, 0); /* nothing has moved */
	assert_int_equal(ends_at(129999, 1), SESSION_REASON_NONE);
	(void)drain(table);
	/* It may have, since: it is looked at out of turn. */
	assert_int_equal(ends_at(130000, 1), SESSION_REASON_NONE);
	assert_int_equal(drain(table).count[SESSION_COUNT], 1);
	assert_int_equal(ends_at(130500, 1), SESSION_REASON_NONE);
	assert_int_equal(drain(table).count[SESSION_COUNT], 0);
	session_counters(table, at_ms(130500), 1, 10, 0);
	assert_int_equal(ends_at(131000, 1), SESSION_IDLE);
}

/* A packet every 55 s, whenever the counters happen to be looked at. */
static void who_moves_is_not_idle(void **state)
{
	(void)state;
	groups[0].idle_timeout = 60;
	for (uint64_t phase = 0; phase < 55000; phase += 5500) {
		uint64_t packets = 0;

		session_table_free(table);
		table = test_table(&policy);
		connect_client(table, 0, 1, "alice");
		for (uint64_t ms = 500; ms < 600000; ms += 500) {
			(void)session_tick(table, at_ms(ms));
			packets += (ms + phase) % 55000 == 0;
			if (drain(table).count[SESSION_COUNT])
				session_counters(table, at_ms(ms), 1, packets, 0);
			assert_int_equal(state_of(1), SESSION_UP);
		}
	}
}

static void nobody_is_counted_without_need(void **state)
{
	(void)state;
	connect_client(table, 0, 1, "alice");
	(void)drain(table);
	(void)session_tick(table, at_ms(100000));
	assert_int_equal(drain(table).count[SESSION_COUNT], 0);
}

/* WALL is 22:13:20 UTC on a Tuesday. */
static void hours(void **state)
{
	static struct policy_hours list[] = { { .days = 2, .from = 22 * 60, .to = 22 * 60 + 20 } };
	static const char *zone[] = { NULL };
	static const int32_t east[] = { 3600 }, here[] = { 0 };

	(void)state;
	groups[0].hours = list;
	groups[0].hours_count = 1;
	policy.zones = zone;
	policy.zones_count = 1;
	connect_client(table, 0, 1, "alice");
	assert_int_equal(ends_at(399000, 1), SESSION_REASON_NONE);
	assert_int_equal(session_why_out(session_by_slot(table, 1), &policy, east, at_ms(0)),
			 SESSION_OUT_OF_HOURS);
	session_table_zones(table, east);
	secure(table, 1000, 2);
	assert_int_equal(try(1000, 2, 502, "alice"), SESSION_DENY_HOURS);
	session_table_zones(table, here);
	assert_int_equal(ends_at(399999, 1), SESSION_REASON_NONE);
	assert_int_equal(ends_at(400000, 1), SESSION_OUT_OF_HOURS);
}

/* ---- live ---- */

static void a_policy_reaches_who_is_on(void **state)
{
	struct policy_group later[2];
	struct policy next = policy;
	struct drained drained;

	(void)state;
	connect_client(table, 0, 1, "alice");
	(void)drain(table);
	memcpy(later, groups, sizeof(later));
	next.groups = later;
	session_table_policy(table, &next);
	assert_int_equal(drain(table).count[SESSION_ALLOW], 0); /* nothing is otherwise */
	later[0].session_timeout = 10;
	assert_int_equal(
	    session_why_out(session_by_slot(table, 1), &next, (int32_t[]){ 0 }, at_ms(10000)),
	    SESSION_TIME_LIMIT);
	session_table_policy(table, &next);
	drained = drain(table);
	assert_int_equal(drained.count[SESSION_ALLOW], 1);
	assert_int_equal(drained.count[SESSION_WRITE], 1);
	assert_int_equal(ends_at(9999, 1), SESSION_REASON_NONE);
	assert_int_equal(ends_at(10000, 1), SESSION_TIME_LIMIT);
}

static void what_is_left_is_shown(void **state)
{
	json_t *entry, *limits;

	(void)state;
	groups[0].session_timeout = 100;
	groups[0].idle_timeout = 50;
	users[0].expires = WALL + 3600;
	connect_client(table, 0, 1, "alice");
	session_counters(table, at_ms(20000), 1, 1, 1);
	entry = session_json(table, session_by_slot(table, 1), at_ms(30000));
	limits = json_object_get(entry, "limits");
	assert_int_equal(json_integer_value(json_object_get(limits, "session")), 70);
	assert_int_equal(json_integer_value(json_object_get(limits, "idle")), 40);
	assert_string_equal(json_string_value(json_object_get(limits, "expires")),
			    "2023-11-14T23:13:20Z");
	assert_true(json_is_null(json_object_get(limits, "hours")));
	json_decref(entry);
}

/* A restart of l2tpgwd in the middle: the time goes on, and so do the terms. */
static void time_goes_on_after_a_restart(void **state)
{
	struct session_table *after;
	struct fields record;
	struct err err;

	(void)state;
	groups[0].session_timeout = 100;
	connect_client(table, 5000, 1, "alice");
	session_encode(session_by_slot(table, 1), &record);
	after = test_table(&policy);
	assert_int_equal(session_restore(after, at_ms(65000), &record, NULL, &err), 0);
	assert_int_equal(drain(after).count[SESSION_ALLOW], 1);
	assert_string_equal(session_by_slot(after, 1)->terms.group, "default");
	(void)session_tick(after, at_ms(104000));
	assert_int_equal(session_by_slot(after, 1)->state, SESSION_UP);
	(void)session_tick(after, at_ms(105000));
	assert_int_equal(session_by_slot(after, 1)->reason, SESSION_TIME_LIMIT);
	session_table_free(after);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_user_has_only_so_many),
		TEST(a_group_has_only_so_many),
		TEST(who_has_no_password_ousts_nobody),
		TEST(the_oldest_makes_room),
		TEST(who_is_leaving_is_waited_for),
		TEST(the_last_address_goes_once),
		TEST(session_time_out),
		TEST(idle_time_out),
		TEST(who_moves_is_not_idle),
		TEST(nobody_is_counted_without_need),
		TEST(hours),
		TEST(a_policy_reaches_who_is_on),
		TEST(what_is_left_is_shown),
		TEST(time_goes_on_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
