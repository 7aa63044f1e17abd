/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "helper.h"

/* Who does not get in, and why. */

static void test_refusals(void **state)
{
	static const struct {
		const char *user;
		uint32_t vip;
		enum session_denial denial;
	} rows[] = {
		{ "mallory", FABRIC_VIP_NET + 1, SESSION_DENY_UNKNOWN_USER },
		{ "carol", FABRIC_VIP_NET + 1, SESSION_DENY_DISABLED },
		{ "erin", FABRIC_VIP_NET + 1, SESSION_DENY_EXPIRED },
		{ "", FABRIC_VIP_NET + 1, SESSION_DENY_MALFORMED },
		{ "alice", FABRIC_VIP_NET + 2, SESSION_DENY_NO_SA },
		{ "alice", FABRIC_VIP_NET + FABRIC_SLOTS, SESSION_DENY_MALFORMED },
		{ "alice", FABRIC_VIP_NET - 1, SESSION_DENY_MALFORMED },
		{ "alice", 0, SESSION_DENY_MALFORMED },
		{ "evil\n\x1b[2J", FABRIC_VIP_NET + 1, SESSION_DENY_UNKNOWN_USER },
	};
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct session_answer answer;
	struct drained drained;

	(void)state;
	secure(table, 0, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mschap_proof proof = proof_of(rows[i].user);
		struct session_request request = { .vip = rows[i].vip,
						   .pppd = pid_of(9),
						   .worker = 1,
						   .user = rows[i].user,
						   .auth = "mschapv2",
						   .proof = &proof };

		(void)drain(table);
		assert_int_equal(session_admit(table, at_ms(0), &request, true, &answer),
				 SESSION_DENY);
		assert_int_equal(answer.denial, rows[i].denial);
		assert_string_equal(answer.message, "");
		drained = drain(table);
		assert_int_equal(drained.journals[SESSION_J_REFUSED], 1);
		assert_null(strpbrk(drained.report[SESSION_J_REFUSED].text, "\n\x1b"));
		assert_int_equal(session_by_slot(table, 1)->state, SESSION_SECURED);
	}
	session_table_free(table);
}

static void test_limit_and_exhaustion(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 10);
	struct session_answer answer;

	(void)state;
	secure(table, 0, 11);
	assert_int_equal(ask(table, 0, 11, 511, "alice", false, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_LIMIT);
	session_table_free(table);

	policy.addresses.pool.bits = 29; /* .2 to .6 */
	table = with_clients(&policy, 5);
	secure(table, 0, 6);
	assert_int_equal(ask(table, 0, 6, 506, "alice", false, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_EXHAUSTED);
	ended(table, 1000, 503, SESSION_EXITED, 0);
	assert_int_equal(ask(table, 2000, 6, 506, "alice", false, &answer), SESSION_ADMIT);
	assert_int_equal(answer.address, POOL + 4);
	session_table_free(table);
}

/* Those that admission is not asked about are told and counted too. */
static void test_refused_elsewhere(void **state)
{
	static const struct {
		const char *user, *method, *text;
		uint32_t slot;
	} rows[] = {
		{ "alice", "PAP",
		  "refused alice from 203.0.113.1:4501: it insists on PAP, only MS-CHAPv2 is "
		  "admitted",
		  1 },
		{ NULL, NULL,
		  "refused somebody from 203.0.113.1:4501: it would not authenticate with "
		  "MS-CHAPv2",
		  1 },
		{ "\x1b[2J%n", "CHAP",
		  "refused \\x1b[2J%n from an unknown address: it insists on CHAP, only MS-CHAPv2 "
		  "is "
		  "admitted",
		  2 },
		{ "", NULL,
		  "refused somebody from an unknown address: it would not authenticate with "
		  "MS-CHAPv2",
		  FABRIC_SLOTS },
	};
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);

	(void)state;
	secure(table, 0, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)drain(table);
		session_no_proof(table, FABRIC_VIP_NET + rows[i].slot, rows[i].user,
				 rows[i].method);
		assert_string_equal(drain(table).report[SESSION_J_REFUSED].text, rows[i].text);
		assert_int_equal(session_denied(table)[SESSION_DENY_METHOD], i + 1);
	}
	session_no_proof(table, FABRIC_VIP_NET + 1, "alice", "mschapv2");
	assert_string_equal(drain(table).report[SESSION_J_REFUSED].text,
			    "refused alice from 203.0.113.1:4501: the request makes no sense");
	assert_int_equal(session_denied(table)[SESSION_DENY_MALFORMED], 1);
	assert_int_equal(session_denied(table)[SESSION_DENY_METHOD],
			 sizeof(rows) / sizeof(rows[0]));
	session_ike_refused(table, SESSION_DENY_PSK);
	session_ike_refused(table, SESSION_DENY_PSK);
	assert_int_equal(session_denied(table)[SESSION_DENY_PSK], 2);
	assert_int_equal(session_denied(table)[SESSION_DENY_PROPOSALS], 0);
	session_table_free(table);
}

/* Whoever is locked out learns nothing about the password, and a wrong one changes nothing. */
static void test_wrong_password(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct mschap_proof proof = proof_with("alice", "b-secret");
	struct session_answer answer;
	struct drained drained;

	(void)state;
	secure(table, 0, 1);
	(void)drain(table);
	assert_int_equal(ask_with(table, 0, 1, 501, "alice", &proof, false, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_PASSWORD);
	assert_string_equal(answer.message, "");
	drained = drain(table);
	assert_int_equal(drained.journals[SESSION_J_REFUSED], 1);
	assert_non_null(strstr(drained.report[SESSION_J_REFUSED].text, "alice"));
	assert_non_null(strstr(drained.report[SESSION_J_REFUSED].text, "wrong password"));
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_SECURED);
	assert_int_equal(session_by_slot(table, 1)->address, 0);
	ended(table, 3000, 501, SESSION_EXITED, 11);
	assert_int_equal(drain(table).count[SESSION_JOURNAL], 0);
	proof = proof_with("carol", "a guess");
	assert_int_equal(ask_with(table, 0, 1, 501, "carol", &proof, false, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_DISABLED);
	session_table_free(table);
}

/* The hash stands for the password, and no name but the user's own goes with it. */
static void test_nt_hash(void **state)
{
	uint8_t hash[MSCHAP_HASH_SIZE];
	struct policy_user user = { .name = "alice", .group = "default", .nt_hash = hash };
	struct policy policy = test_policy();
	struct session_table *table;
	struct session_answer answer;
	struct mschap_proof proof;

	(void)state;
	mschap_hash("a-secret", hash);
	policy.users = &user;
	policy.users_count = 1;
	table = test_table(&policy);
	secure(table, 0, 1);
	proof = proof_with("alice", "b-secret");
	assert_int_equal(ask_with(table, 0, 1, 501, "alice", &proof, false, &answer), SESSION_DENY);
	proof = proof_with("bob", "a-secret");
	assert_int_equal(ask_with(table, 0, 1, 501, "alice", &proof, false, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_PASSWORD);
	assert_int_equal(ask(table, 0, 1, 501, "alice", false, &answer), SESSION_ADMIT);
	assert_memory_equal(answer.message, "S=", 2);
	session_table_free(table);
}

/* A client on its second challenge that cannot show the password again is refused, pppd ends it. */
static void test_wrong_password_of_a_session(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);
	struct mschap_proof proof = proof_with("alice", "b-secret");
	struct session_answer answer;

	(void)state;
	assert_int_equal(ask(table, 1000, 1, 501, "alice", false, &answer), SESSION_ADMIT);
	assert_int_equal(ask_with(table, 2000, 1, 501, "alice", &proof, false, &answer),
			 SESSION_DENY);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_UP);
	(void)drain(table);
	ended(table, 3000, 501, SESSION_EXITED, 11);
	assert_int_equal(drain(table).report[SESSION_J_DOWN].reason, SESSION_WRONG_PASSWORD);
	session_table_free(table);
}

/* Nor can one that does not know it end the session of another over the same SA. */
static void test_wrong_password_replaces_nobody(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);
	struct mschap_proof proof = proof_with("alice", "b-secret");
	struct session_answer answer;

	(void)state;
	assert_int_equal(ask_with(table, 1000, 1, 601, "alice", &proof, false, &answer),
			 SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_PASSWORD);
	assert_int_equal(drain(table).count[SESSION_KILL_PPPD], 0);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_UP);
	session_table_free(table);
}

static void test_static_address_of_another_user(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct policy_user users[] = { test_users[0], test_users[1] };
	struct session_answer answer;

	(void)state;
	connect_client(table, 0, 1, "bob");
	users[0].address = FIXED;
	users[1].address = 0;
	policy.users = users;
	policy.users_count = 2;
	session_table_policy(table, &policy);
	secure(table, 0, 2);
	assert_int_equal(ask(table, 0, 2, 502, "alice", false, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_ADDRESS_IN_USE);
	ended(table, 0, 501, SESSION_EXITED, 0);
	assert_int_equal(ask(table, 0, 2, 502, "alice", false, &answer), SESSION_ADMIT);
	assert_int_equal(answer.address, FIXED);
	session_table_free(table);
}

/* One pppd cannot speak for two clients. */
static void test_a_process_on_two_slots(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);
	struct session_answer answer;

	(void)state;
	secure(table, 0, 2);
	assert_int_equal(ask(table, 0, 2, 501, "alice", false, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_MALFORMED);
	session_table_free(table);
}

static void test_endless_user_name(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct session_answer answer;
	char name[SESSION_USER_MAX + 1];

	(void)state;
	secure(table, 0, 1);
	memset(name, 'x', SESSION_USER_MAX);
	name[SESSION_USER_MAX] = '\0';
	assert_int_equal(ask(table, 0, 1, 501, name, false, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_MALFORMED);
	name[SESSION_USER_MAX - 1] = '\0';
	assert_int_equal(ask(table, 0, 1, 501, name, false, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_UNKNOWN_USER);
	session_table_free(table);
}

/* The interface must carry the address that was given. */
static void test_other_address_than_given(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct session_link link = {
		.pppd = pid_of(501), .ifname = "l2tpgw1", .address = POOL + 99, .mtu = 1400
	};

	(void)state;
	secure(table, 0, 1);
	assert_int_equal(dial(table, 0, 1, 501, "alice"), SESSION_ADMIT);
	(void)drain(table);
	session_ppp_up(table, at_ms(0), &link);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_CLOSING);
	assert_int_equal(drain(table).count[SESSION_KILL_PPPD], 1);
	session_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_limit_and_exhaustion),
		cmocka_unit_test(test_refused_elsewhere),
		cmocka_unit_test(test_wrong_password),
		cmocka_unit_test(test_nt_hash),
		cmocka_unit_test(test_wrong_password_of_a_session),
		cmocka_unit_test(test_wrong_password_replaces_nobody),
		cmocka_unit_test(test_static_address_of_another_user),
		cmocka_unit_test(test_a_process_on_two_slots),
		cmocka_unit_test(test_endless_user_name),
		cmocka_unit_test(test_other_address_than_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
