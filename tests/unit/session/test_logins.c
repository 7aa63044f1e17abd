/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "helper.h"

/* Clients that log in, redial and leave, or are made to. */

static void test_a_client_comes_and_goes(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct session_answer answer;
	struct drained drained;
	char id[SESSION_ID_MAX];

	(void)state;
	secure(table, 0, 7);
	assert_int_equal(ask(table, 1000, 7, 507, "alice", false, &answer), SESSION_ADMIT);
	assert_memory_equal(answer.message, "S=", 2);
	assert_int_equal(answer.address, POOL + 2);
	assert_ptr_equal(answer.session, session_by_pid(table, pid_of(507)));
	link_up(table, 2000, 7, 507);
	(void)snprintf(id, sizeof(id), "%s", session_by_slot(table, 7)->id);
	assert_ptr_equal(session_by_id(table, id), session_by_slot(table, 7));
	drained = drain(table);
	assert_string_equal(drained.report[SESSION_J_UP].text,
			    "alice is up on l2tpgw7 with 10.9.0.2, from 203.0.113.1:4507");
	ended(table, 62000, 507, SESSION_EXITED, 0);
	drained = drain(table);
	assert_string_equal(drained.report[SESSION_J_DOWN].text,
			    "alice from 203.0.113.1:4507 is down after 0:01:00: the client hung up;"
			    " 0 bytes in, 0 out");
	unsecure(table, 63000, 7);
	drained = drain(table);
	assert_int_equal(drained.journals[SESSION_J_UNSECURED], 1);
	assert_int_equal(drained.report[SESSION_J_UNSECURED].reason, SESSION_SA_CLOSED);
	assert_int_equal(drained.last[SESSION_CLOSE_TUNNEL].tunnel, 1007);
	assert_int_equal(session_total(table), 0);
	session_table_free(table);
}

/* A second login over one SA is another session with another id and the same address. */
static void test_redial_over_the_same_sa(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 3);
	char id[SESSION_ID_MAX];

	(void)state;
	(void)snprintf(id, sizeof(id), "%s", session_by_slot(table, 2)->id);
	ended(table, 1000, 502, SESSION_EXITED, 0);
	assert_int_equal(dial(table, 2000, 2, 602, "alice"), SESSION_ADMIT);
	assert_string_not_equal(session_by_slot(table, 2)->id, id);
	assert_int_equal(session_by_slot(table, 2)->address, POOL + 3);
	session_table_free(table);
}

/* The same, but the old pppd has not noticed yet: it is killed, and the new one waits for that. */
static void test_redial_before_the_old_one_ended(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);
	struct session_answer answer;
	struct drained drained;

	(void)state;
	assert_int_equal(dial(table, 1000, 1, 601, "alice"), SESSION_WAIT);
	drained = drain(table);
	assert_int_equal(drained.last[SESSION_KILL_PPPD].pppd.pid, 501);
	assert_true(drained.last[SESSION_KILL_PPPD].hard);
	assert_int_equal(dial(table, 1100, 1, 601, "alice"), SESSION_WAIT);
	assert_int_equal(drain(table).count[SESSION_KILL_PPPD], 0);
	assert_int_equal(ask(table, 1100, 1, 601, "alice", true, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_STILL_UP);
	(void)drain(table);
	ended(table, 1200, 501, SESSION_SIGNALED, 9);
	drained = drain(table);
	assert_int_equal(drained.report[SESSION_J_DOWN].reason, SESSION_REPLACED);
	assert_int_equal(drained.count[SESSION_CLOSE_SA], 0);
	assert_int_equal(ask(table, 1300, 1, 601, "alice", false, &answer), SESSION_ADMIT);
	assert_int_equal(answer.address, POOL + 2);
	session_table_free(table);
}

/* Whoever knows the group's PSK and a name must not be able to throw that user out. */
static void test_static_address_goes_to_who_has_the_password(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct mschap_proof proof = proof_with("bob", "a guess");
	struct session_answer answer;
	struct drained drained;

	(void)state;
	connect_client(table, 0, 1, "bob");
	assert_int_equal(session_by_slot(table, 1)->address, FIXED);
	secure(table, 1000, 2);
	(void)drain(table);
	assert_int_equal(ask_with(table, 1000, 2, 502, "bob", &proof, false, &answer),
			 SESSION_DENY);
	ended(table, 1200, 502, SESSION_EXITED, 11);
	assert_int_equal(drain(table).count[SESSION_KILL_PPPD], 0);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_UP);

	assert_int_equal(ask(table, 2000, 2, 602, "bob", false, &answer), SESSION_WAIT);
	drained = drain(table);
	assert_int_equal(drained.last[SESSION_KILL_PPPD].pppd.pid, 501);
	assert_int_equal(ask(table, 2100, 2, 602, "bob", true, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_STILL_UP);
	ended(table, 2200, 501, SESSION_SIGNALED, 9);
	assert_int_equal(ask(table, 2200, 2, 602, "bob", false, &answer), SESSION_ADMIT);
	assert_int_equal(answer.address, FIXED);
	link_up(table, 2300, 2, 602);
	drained = drain(table);
	assert_int_equal(drained.report[SESSION_J_DOWN].reason, SESSION_REPLACED);
	assert_int_equal(drained.last[SESSION_CLOSE_SA].child, 101);
	assert_int_equal(session_by_slot(table, 2)->state, SESSION_UP);
	session_table_free(table);
}

/* A new policy keeps who is on, and their addresses stay theirs. */
static void test_policy_changes_under_sessions(void **state)
{
	struct policy policy = test_policy(), next = test_policy();
	struct session_table *table = with_clients(&policy, 2);
	struct session_answer answer;

	(void)state;
	next.l2tp.max_sessions = 20;
	session_table_policy(table, &next);
	secure(table, 0, 3);
	assert_int_equal(ask(table, 0, 3, 503, "dave", false, &answer), SESSION_ADMIT);
	assert_int_equal(answer.address, POOL + 4);
	session_table_free(table);
}

/*
 * Ten clients behind one NAT lose power and dial again from the same ports, with the limit reached
 * by their old sessions. All get in, with their old addresses, and the eleventh is left alone.
 */
static void test_ten_redial_at_once(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table;
	struct session_answer answer;
	struct drained drained;

	(void)state;
	policy.l2tp.max_sessions = 11;
	table = with_clients(&policy, 11);
	for (uint32_t n = 1; n <= 10; n++)
		sa(table, 1000, SA_CHILD_UP, test_ike(50 + n, PEER, (uint16_t)(4500 + n)),
		   test_child(200 + n, 50 + n), 0);
	for (uint32_t n = 1; n <= 10; n++) {
		(void)drain(table);
		assert_int_equal(ask(table, 2000, 50 + n, 600 + n, "alice", false, &answer),
				 SESSION_WAIT);
		drained = drain(table);
		assert_int_equal(drained.count[SESSION_KILL_PPPD], 1);
		assert_int_equal(drained.last[SESSION_KILL_PPPD].pppd.pid, 500 + n);
		assert_true(drained.last[SESSION_KILL_PPPD].hard);
		ended(table, 2100, 500 + n, SESSION_SIGNALED, 9);
		drained = drain(table);
		assert_int_equal(drained.last[SESSION_CLOSE_SA].child, 100 + n);
		assert_int_equal(ask(table, 2200, 50 + n, 600 + n, "alice", false, &answer),
				 SESSION_ADMIT);
		assert_int_equal(answer.address, POOL + 1 + n);
		link_up(table, 2300, 50 + n, 600 + n);
	}
	assert_int_equal(session_count(table, SESSION_UP), 11);
	assert_int_equal(session_by_slot(table, 11)->state, SESSION_UP);
	session_table_free(table);
}

/* Out of time: the old one, on its way out, neither counts nor keeps the new one out. */
static void test_redial_at_the_last_moment(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table;
	struct session_answer answer;

	(void)state;
	policy.l2tp.max_sessions = 1;
	table = with_clients(&policy, 1);
	sa(table, 0, SA_CHILD_UP, test_ike(2, PEER, 4501), test_child(102, 2), 0);
	assert_int_equal(ask(table, 0, 2, 502, "alice", true, &answer), SESSION_ADMIT);
	assert_int_not_equal(answer.address, session_by_slot(table, 1)->address);
	session_table_free(table);
}

/* Same user, same private address, other place: nobody is touched. */
static void test_same_identity_elsewhere(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);

	(void)state;
	sa(table, 1000, SA_CHILD_UP, test_ike(2, PEER + 9, 4501), test_child(102, 2), 0);
	assert_int_equal(dial(table, 1000, 2, 502, "alice"), SESSION_ADMIT);
	link_up(table, 1000, 2, 502);
	assert_int_equal(drain(table).count[SESSION_KILL_PPPD], 0);
	assert_int_equal(session_count(table, SESSION_UP), 2);
	session_table_free(table);
}

/* pppd first, so that the client hears it; then the SA, child and IKE_SA; then nothing is left. */
static void test_kick(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 2);
	struct drained drained;

	(void)state;
	assert_int_equal(session_close_user(table, at_ms(1000), "nobody", SESSION_KICKED), 0);
	session_close(table, at_ms(1000), 1, SESSION_KICKED);
	drained = drain(table);
	assert_int_equal(drained.count[SESSION_CLOSE_SA], 0);
	assert_false(drained.last[SESSION_KILL_PPPD].hard);
	ended(table, 1500, 501, SESSION_EXITED, 5);
	drained = drain(table);
	assert_int_equal(drained.report[SESSION_J_DOWN].reason, SESSION_KICKED);
	session_tunnel_closed(table, at_ms(1550), 1);
	drained = drain(table);
	assert_int_equal(drained.last[SESSION_CLOSE_SA].child, 101);
	assert_int_equal(drained.last[SESSION_CLOSE_SA].ike, 1);
	unsecure(table, 1600, 1);
	assert_int_equal(drain(table).count[SESSION_REMOVE], 1);
	assert_int_equal(session_total(table), 1);
	assert_int_equal(session_close_user(table, at_ms(1000), "alice", SESSION_KICKED), 1);
	session_table_free(table);
}

static void test_worker_dies(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 4); /* workers 2, 1, 2, 1 */
	struct drained drained;

	(void)state;
	session_worker_died(table, at_ms(1000), 2);
	drained = drain(table);
	assert_int_equal(drained.count[SESSION_CLOSE_SA], 2);
	assert_int_equal(drained.count[SESSION_KILL_PPPD], 2);
	assert_int_equal(drained.count[SESSION_CLOSE_TUNNEL], 0);
	ended(table, 1100, 501, SESSION_EXITED, 16);
	drained = drain(table);
	assert_int_equal(drained.report[SESSION_J_DOWN].reason, SESSION_WORKER_DIED);
	unsecure(table, 1200, 1);
	unsecure(table, 1200, 3);
	ended(table, 1300, 503, SESSION_SIGNALED, 9);
	drained = drain(table);
	assert_int_equal(drained.count[SESSION_REMOVE], 2);
	assert_int_equal(drained.count[SESSION_CLOSE_TUNNEL], 0);
	assert_int_equal(session_count(table, SESSION_UP), 2);
	session_worker_died(table, at_ms(1400), 0);
	assert_int_equal(session_count(table, SESSION_UP), 2);
	session_table_free(table);
}

/* Admission before charon's event: wait, look, then judge. */
static void test_admission_overtakes_the_event(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);

	(void)state;
	assert_int_equal(dial(table, 0, 1, 501, "alice"), SESSION_WAIT);
	assert_int_equal(drain(table).count[SESSION_RESYNC], 1);
	/* A caller that asks after every action must come to rest. */
	assert_int_equal(dial(table, 0, 1, 501, "alice"), SESSION_WAIT);
	assert_int_equal(drain(table).count[SESSION_RESYNC], 0);
	session_snapshot_begin(table, at_ms(5));
	session_snapshot_end(table, at_ms(5));
	assert_int_equal(dial(table, 6, 1, 501, "alice"), SESSION_WAIT);
	assert_int_equal(drain(table).count[SESSION_RESYNC], 1);
	secure(table, 10, 1);
	assert_int_equal(dial(table, 20, 1, 501, "alice"), SESSION_ADMIT);
	/* Asking again changes nothing, and another name is not the same question. */
	(void)drain(table);
	assert_int_equal(dial(table, 30, 1, 501, "alice"), SESSION_ADMIT);
	assert_int_equal(drain(table).count[SESSION_WRITE], 0);
	assert_int_equal(dial(table, 40, 1, 501, "dave"), SESSION_DENY);
	session_table_free(table);
}

/* The number of a process that ended long ago says nothing about ours. */
static void test_recycled_pid(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);
	struct session_end end = { .pppd = { .pid = 501, .start = 1 }, .how = SESSION_EXITED };

	(void)state;
	session_pppd_ended(table, at_ms(0), &end);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_UP);
	end.pppd.start = 0;
	session_pppd_ended(table, at_ms(0), &end);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_SECURED);
	session_table_free(table);
}

/* Counters of the last moment, by pppd or by the link, stand in the report. */
static void test_counters(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);
	struct session_end end = { .pppd = pid_of(501),
				   .how = SESSION_EXITED,
				   .counted = true,
				   .rx_bytes = UINT64_C(5000000000),
				   .tx_bytes = 7 };

	(void)state;
	session_counters(table, at_ms(0), 1, 10, 20);
	assert_int_equal(session_by_slot(table, 1)->tx_bytes, 20);
	session_counters(table, at_ms(0), FABRIC_SLOTS, 1, 1);
	session_pppd_ended(table, at_ms(0), &end);
	assert_non_null(
	    strstr(drain(table).report[SESSION_J_DOWN].text, "5000000000 bytes in, 7 out"));
	session_table_free(table);
}

/* Two homes behind one carrier's NAT, one private address; or one home, two clients. */
static void test_who_is_not_the_same_client(void **state)
{
	static const struct {
		uint32_t remote;
		uint16_t port;
		const char *identity, *user;
		bool same;
	} rows[] = {
		{ PEER, 4501, "192.168.1.149", "alice", true },
		{ PEER, 4501, "192.168.1.148", "alice", false },
		{ PEER, 4502, "192.168.1.149", "alice", false },
		{ PEER + 1, 4501, "192.168.1.149", "alice", false },
		{ PEER, 4501, "192.168.1.149", "dave", false },
	};
	struct policy policy = test_policy();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session_table *table = with_clients(&policy, 1);
		struct sa_ike ike = test_ike(2, rows[i].remote, rows[i].port);

		(void)snprintf(ike.identity, sizeof(ike.identity), "%s", rows[i].identity);
		sa(table, 0, SA_CHILD_UP, ike, test_child(102, 2), 0);
		assert_int_equal(dial(table, 0, 2, 502, rows[i].user),
				 rows[i].same ? SESSION_WAIT : SESSION_ADMIT);
		assert_int_equal(drain(table).count[SESSION_KILL_PPPD], rows[i].same);
		session_table_free(table);
	}
}

/* The older pppd comes up just as it is being killed: too late. */
static void test_replaced_while_dialing(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct drained drained;

	(void)state;
	secure(table, 0, 1);
	assert_int_equal(dial(table, 0, 1, 501, "alice"), SESSION_ADMIT);
	assert_int_equal(dial(table, 1000, 1, 601, "alice"), SESSION_WAIT);
	(void)drain(table);
	link_up(table, 1000, 1, 501);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_DIALING);
	session_tick(table, at_ms(2000));
	assert_true(drain(table).last[SESSION_KILL_PPPD].hard);
	ended(table, 2100, 501, SESSION_SIGNALED, 9);
	drained = drain(table);
	assert_int_equal(drained.count[SESSION_CLOSE_SA], 0);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_SECURED);
	assert_int_equal(dial(table, 3000, 1, 601, "alice"), SESSION_ADMIT);
	(void)drain(table);
	session_tick(table, at_ms(100000));
	assert_false(drain(table).last[SESSION_KILL_PPPD].hard);
	session_table_free(table);
}

/* Nothing of a login stays behind in the record of its SA. */
static void test_after_a_login(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	const struct session *session;

	(void)state;
	secure(table, 0, 1);
	assert_int_equal(dial(table, 5000, 1, 501, "alice"), SESSION_ADMIT);
	assert_int_equal(session_tick(table, at_ms(5000)), 65000);
	ended(table, 9000, 501, SESSION_EXITED, 10);
	assert_int_equal(session_tick(table, at_ms(9000)), UINT64_MAX);
	assert_int_equal(dial(table, 10000, 1, 601, "alice"), SESSION_ADMIT);
	link_up(table, 11000, 1, 601);
	session = session_by_slot(table, 1);
	assert_int_equal(session->since, WALL + 11);
	ended(table, 12000, 601, SESSION_EXITED, 0);
	assert_int_equal(session->since, WALL);
	assert_string_equal(session->user, "");
	assert_string_equal(session->ifname, "");
	assert_int_equal(session->mtu, 0);
	assert_int_equal(session->pppd.pid, 0);
	session_table_free(table);
}

/* A new policy makes bob's address one of the pool's while he has it. */
static void test_address_in_use_is_nobody_elses(void **state)
{
	struct policy policy = test_policy(), next = test_policy();
	struct session_table *table = test_table(&policy);
	struct session_answer answer;

	(void)state;
	connect_client(table, 0, 1, "bob");
	next.users_count = 1;
	next.addresses.pool = (struct ip4_net){ .address = FIXED - 2, .bits = 30 };
	next.addresses.local = FIXED - 1;
	session_table_policy(table, &next);
	secure(table, 0, 3);
	assert_int_equal(ask(table, 0, 3, 503, "alice", false, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_EXHAUSTED);
	ended(table, 0, 501, SESSION_EXITED, 0);
	assert_int_equal(ask(table, 0, 3, 503, "alice", false, &answer), SESSION_ADMIT);
	assert_int_equal(answer.address, FIXED);
	session_table_free(table);
}

/* From the redial on, the old worker is nothing to it. */
static void test_redial_to_another_worker(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);
	struct session_answer answer;
	uint8_t workers[FABRIC_SHARDS];
	const struct session *session;

	(void)state;
	(void)drain(table);
	memset(workers, 7, sizeof(workers));
	session_table_shards(table, workers);
	session = session_iterate(table, NULL);
	session_redial(table, at_ms(1000), session->slot);
	assert_int_equal(session->worker, 7);
	session_worker_died(table, at_ms(1100), 1);
	session_worker_died(table, at_ms(1100), 2);
	assert_int_equal(session->state, SESSION_UP);
	ended(table, 1200, session->pppd.pid, SESSION_SIGNALED, 9);
	session = session_iterate(table, NULL);
	assert_int_equal(session->state, SESSION_SECURED);
	assert_true(session->sa);
	assert_int_equal(ask(table, 1300, session->slot, 4000, "alice", false, &answer),
			 SESSION_ADMIT);
	session_table_free(table);
}

static void test_whose_tunnel_it_is(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	uint32_t tunnel;

	(void)state;
	connect_client(table, 0, 1, "alice");
	connect_client(table, 0, 2, "dave");
	tunnel = session_by_slot(table, 1)->tunnel;
	assert_null(session_by_tunnel(table, tunnel, 1));
	assert_int_equal(session_by_tunnel(table, tunnel, 2)->slot, 1);
	assert_null(session_by_tunnel(table, tunnel + 5000, 2));
	ended(table, 0, 501, SESSION_EXITED, 0);
	assert_null(session_by_tunnel(table, tunnel, 2));
	session_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_client_comes_and_goes),
		cmocka_unit_test(test_redial_over_the_same_sa),
		cmocka_unit_test(test_redial_before_the_old_one_ended),
		cmocka_unit_test(test_static_address_goes_to_who_has_the_password),
		cmocka_unit_test(test_policy_changes_under_sessions),
		cmocka_unit_test(test_ten_redial_at_once),
		cmocka_unit_test(test_redial_at_the_last_moment),
		cmocka_unit_test(test_same_identity_elsewhere),
		cmocka_unit_test(test_kick),
		cmocka_unit_test(test_worker_dies),
		cmocka_unit_test(test_redial_to_another_worker),
		cmocka_unit_test(test_admission_overtakes_the_event),
		cmocka_unit_test(test_recycled_pid),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_who_is_not_the_same_client),
		cmocka_unit_test(test_replaced_while_dialing),
		cmocka_unit_test(test_after_a_login),
		cmocka_unit_test(test_address_in_use_is_nobody_elses),
		cmocka_unit_test(test_whose_tunnel_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
