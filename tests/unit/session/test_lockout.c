/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "helper.h"
#include "session/ban.h"
#include "session/lockout.h"
#include "session/suspicion.h"

#define ELSEWHERE (PEER + 100)

static struct policy policy;
static struct session_table *table;
static struct err err;
static uint32_t pid;

static int begin(void **state)
{
	(void)state;
	policy = test_policy();
	policy.firewall.brute_force.failures = 5;
	policy.firewall.brute_force.window = 600;
	policy.firewall.brute_force.ban = 3600;
	table = test_table(&policy);
	pid = 9000;
	return 0;
}

static int end(void **state)
{
	(void)state;
	session_table_free(table);
	return 0;
}

/* Client n has an SA from that address. */
static void secure_at(uint32_t n, uint32_t address)
{
	sa(table, 0, SA_CHILD_UP, test_ike(n, address, (uint16_t)(4500 + n)),
	   test_child(100 + n, n), 0);
}

static enum session_denial try_with(uint32_t n, const char *user, const char *password)
{
	struct mschap_proof proof = proof_with(user, password);
	struct session_answer answer;

	(void)ask_with(table, 0, fabric_slot(n), ++pid, user, &proof, false, &answer);
	return answer.denial;
}

static enum session_denial guess(uint32_t n, const char *user)
{
	return try_with(n, user, "a guess");
}

static size_t bans(void)
{
	size_t count;

	(void)session_bans(table, WALL, &count);
	return count;
}

static const struct session_ban *first_ban(void)
{
	size_t count;
	const struct session_ban *list = session_bans(table, WALL, &count);

	assert_true(count > 0);
	return list;
}

static void an_address_that_guesses_is_banned(void **state)
{
	struct drained drained;

	(void)state;
	secure_at(1, PEER);
	secure_at(2, ELSEWHERE);
	assert_int_equal(guess(1, "alice"), SESSION_DENY_PASSWORD);
	assert_int_equal(guess(1, "nobody"), SESSION_DENY_UNKNOWN_USER);
	assert_int_equal(guess(1, "dave"), SESSION_DENY_PASSWORD);
	assert_int_equal(guess(1, "root"), SESSION_DENY_UNKNOWN_USER);
	assert_int_equal(drain(table).count[SESSION_BANS], 0);
	assert_int_equal(guess(1, "admin"), SESSION_DENY_UNKNOWN_USER);
	drained = drain(table);
	assert_int_equal(drained.count[SESSION_BANS], 1);
	assert_string_equal(drained.report[SESSION_J_BANNED].text,
			    "203.0.113.1 is banned until 2023-11-14T23:13:20Z: 5 failed logins "
			    "within 10m");
	assert_true(session_ban_closes(first_ban()));
	assert_int_equal(try_with(1, "alice", "a-secret"), SESSION_DENY_BANNED);
	assert_int_equal(guess(1, "admin"), SESSION_DENY_BANNED);
	assert_int_equal(try_with(2, "alice", "a-secret"), SESSION_DENY_NONE);
	/* What was refused for the ban is no further failure. */
	assert_int_equal(bans(), 1);
	assert_true(session_ban_lift(table, WALL, "203.0.113.1"));
	assert_int_equal(try_with(1, "alice", "a-secret"), SESSION_DENY_NONE);
}

static void other_refusals_are_no_failures(void **state)
{
	(void)state;
	policy.l2tp.max_sessions = 0;
	secure_at(1, PEER);
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(try_with(1, "carol", "c-secret"), SESSION_DENY_DISABLED);
		assert_int_equal(try_with(1, "erin", "e-secret"), SESSION_DENY_EXPIRED);
		assert_int_equal(try_with(1, "alice", "a-secret"), SESSION_DENY_LIMIT);
		assert_int_equal(guess(7, "alice"), SESSION_DENY_NONE); /* no SA: it waits */
	}
	assert_int_equal(bans(), 0);
}

static void it_can_be_turned_off_and_some_are_spared(void **state)
{
	struct ip4_net nets[] = { { .address = ELSEWHERE & 0xffffff00, .bits = 24 } };

	(void)state;
	policy.firewall.brute_force.failures = 0;
	secure_at(1, PEER);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(guess(1, "alice"), SESSION_DENY_PASSWORD);
	policy.firewall.brute_force.failures = 5;
	policy.firewall.brute_force.allow = (struct policy_nets){ .net = nets, .count = 1 };
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(guess(1, "alice"), SESSION_DENY_PASSWORD);
	assert_int_equal(bans(), 0);
}

static void who_is_put_on_the_list_is_let_in(void **state)
{
	struct ip4_net nets[] = { { .address = PEER, .bits = 32 } };
	struct policy next = policy;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		session_psk_failed(table, at_ms(0), PEER);
		session_psk_failed(table, at_ms(0), ELSEWHERE);
	}
	assert_int_equal(bans(), 2);
	(void)drain(table);
	next.firewall.brute_force.allow = (struct policy_nets){ .net = nets, .count = 1 };
	session_table_policy(table, &next);
	assert_int_equal(bans(), 1);
	assert_int_equal(first_ban()->address, ELSEWHERE);
	assert_int_equal(drain(table).count[SESSION_BANS], 1);
	session_table_policy(table, &policy);
	assert_int_equal(drain(table).count[SESSION_BANS], 0);
}

/* All of them at once after an outage, and some have forgotten their password. */
static void an_office_is_not_banned(void **state)
{
	(void)state;
	for (uint32_t n = 1; n <= 8; n++)
		secure_at(n, PEER);
	assert_int_equal(guess(1, "alice"), SESSION_DENY_PASSWORD);
	assert_int_equal(guess(2, "bob"), SESSION_DENY_PASSWORD);
	assert_int_equal(try_with(3, "dave", "d-secret"), SESSION_DENY_NONE);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(guess(1, "alice"), SESSION_DENY_PASSWORD);
		assert_int_equal(guess(2, "bob"), SESSION_DENY_PASSWORD);
		assert_int_equal(guess(4, "no such name"), SESSION_DENY_UNKNOWN_USER);
		session_psk_failed(table, at_ms(0), PEER);
	}
	assert_int_equal(bans(), 0);
	assert_int_equal(guess(1, "alice"), SESSION_DENY_PASSWORD);
	assert_int_equal(bans(), 1);
	assert_false(session_ban_closes(first_ban()));
	assert_string_equal(drain(table).report[SESSION_J_BANNED].text,
			    "alice is banned at 203.0.113.1 until 2023-11-14T23:13:20Z: 5 failed "
			    "logins within 10m");
	assert_int_equal(try_with(5, "alice", "a-secret"), SESSION_DENY_BANNED);
	assert_int_equal(try_with(6, "bob", "b-secret"), SESSION_DENY_NONE);
	secure_at(9, ELSEWHERE);
	assert_int_equal(try_with(9, "alice", "a-secret"), SESSION_DENY_NONE);
	assert_true(session_ban_lift(table, WALL, "alice"));
	assert_int_equal(try_with(5, "alice", "a-secret"), SESSION_DENY_NONE);
}

#define PEOPLE 50

/* The same, all fifty of them, whom nobody knew before the first morning. */
static void fifty_at_once_are_not_banned(void **state)
{
	static char names[PEOPLE][8];
	static struct policy_user users[PEOPLE];

	(void)state;
	for (size_t i = 0; i < PEOPLE; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "user%02zu", i);
		users[i] = (struct policy_user){ .name = names[i],
						 .group = "default",
						 .password = "a-secret" };
	}
	session_table_free(table);
	policy.users = users;
	policy.users_count = PEOPLE;
	policy.l2tp.max_sessions = 4 * PEOPLE;
	table = test_table(&policy);
	for (uint32_t n = 0; n < PEOPLE; n++) {
		secure_at(1 + n, PEER);
		assert_int_equal(try_with(1 + n, names[n], "a-secret"), SESSION_DENY_NONE);
	}
	/* The power is back before anybody was missed; each fifth one has forgotten the password.
	 */
	for (unsigned tries = 0; tries < 4; tries++) {
		for (uint32_t n = 0; n < PEOPLE; n++) {
			if (!tries)
				secure_at(PEOPLE + 1 + n, PEER);
			if (n % 5 == 0)
				assert_int_equal(guess(PEOPLE + 1 + n, names[n]),
						 SESSION_DENY_PASSWORD);
			else if (!tries)
				assert_int_equal(try_with(PEOPLE + 1 + n, names[n], "a-secret"),
						 SESSION_DENY_NONE);
		}
	}
	assert_int_equal(bans(), 0);
	for (uint32_t n = 0; n < PEOPLE; n += 5)
		assert_int_equal(guess(PEOPLE + 1 + n, names[n]), SESSION_DENY_PASSWORD);
	assert_int_equal(bans(), PEOPLE / 5);
	for (size_t i = 0; i < bans(); i++)
		assert_false(session_ban_closes(&first_ban()[i]));
	secure_at(2 * PEOPLE + 1, PEER);
	assert_int_equal(try_with(2 * PEOPLE + 1, "user01", "a-secret"), SESSION_DENY_NONE);
}

static void a_user_under_attack_gets_in_from_home(void **state)
{
	(void)state;
	secure_at(1, PEER);
	assert_int_equal(try_with(1, "alice", "a-secret"), SESSION_DENY_NONE);
	for (uint32_t n = 2; n <= 6; n++) {
		secure_at(n, ELSEWHERE + n);
		assert_int_equal(guess(n, "alice"), SESSION_DENY_PASSWORD);
	}
	assert_string_equal(drain(table).report[SESSION_J_BANNED].text,
			    "alice is banned where nobody has logged in lately until "
			    "2023-11-14T23:13:20Z: 5 failed logins within 10m, from several "
			    "addresses");
	assert_int_equal(try_with(6, "alice", "a-secret"), SESSION_DENY_BANNED);
	assert_int_equal(try_with(6, "dave", "d-secret"), SESSION_DENY_NONE);
	secure_at(7, PEER);
	assert_int_equal(try_with(7, "alice", "a-secret"), SESSION_DENY_NONE);
	/* A day later nobody is known there any more. */
	assert_non_null(session_ban_of(table, WALL, "alice", 0));
	assert_null(session_ban_of(table, WALL, "alice", PEER));
	assert_non_null(session_ban_of(table, WALL, "alice", ELSEWHERE));
	assert_null(session_ban_of(table, WALL + 3600, "alice", ELSEWHERE));
}

/* What a power failure leaves is the file, and who has been up for days logged in long ago. */
static void who_was_up_speaks_for_its_address_after_a_power_failure(void **state)
{
	struct session_table *next = test_table(&policy);
	int64_t later = WALL + 2 * SUSPICION_STANDING_S;
	json_t *json;
	char *text;

	(void)state;
	connect_client(table, 0, 1, "dave");
	json = session_bans_encode(table, later);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	assert_int_equal(session_bans_decode(next, later + 60, text, strlen(text), &err), 0);
	free(text);
	assert_true(lockout_trusts(next, later + 60, PEER));
	assert_true(lockout_is_only(next, later + 60, PEER, "dave"));
	assert_false(lockout_trusts(next, later + 60, ELSEWHERE));
	session_table_free(next);
}

/* From where it is spared, it is not even a ban of the user that counts, but by hand. */
static void a_user_under_attack_gets_in_from_where_it_is_spared(void **state)
{
	struct ip4_net nets[] = { { .address = PEER & 0xffffff00, .bits = 24 } };
	uint32_t stranger = 0xc0000200; /* 192.0.2.0 */

	(void)state;
	policy.firewall.brute_force.allow = (struct policy_nets){ .net = nets, .count = 1 };
	for (uint32_t n = 1; n <= 5; n++) {
		secure_at(n, stranger + n);
		assert_int_equal(guess(n, "alice"), SESSION_DENY_PASSWORD);
	}
	assert_int_equal(bans(), 1);
	assert_int_equal(try_with(5, "alice", "a-secret"), SESSION_DENY_BANNED);
	secure_at(6, PEER);
	assert_int_equal(guess(6, "alice"), SESSION_DENY_PASSWORD);
	assert_int_equal(try_with(6, "alice", "a-secret"), SESSION_DENY_NONE);
	assert_int_equal(session_ban(table, WALL, "dave", 60, &err), 0);
	secure_at(7, PEER);
	assert_int_equal(try_with(7, "dave", "d-secret"), SESSION_DENY_BANNED);
}

/* What was written while another policy was in force. */
static void who_is_spared_by_now_is_in_no_file(void **state)
{
	struct ip4_net nets[] = { { .address = PEER, .bits = 32 } };
	json_t *json;
	char *text;

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		session_psk_failed(table, at_ms(0), PEER);
	assert_int_equal(bans(), 1);
	json = session_bans_encode(table, WALL);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	policy.firewall.brute_force.allow = (struct policy_nets){ .net = nets, .count = 1 };
	assert_int_equal(session_bans_decode(table, WALL, text, strlen(text), &err), 0);
	free(text);
	assert_int_equal(bans(), 0);
}

static void wrong_pre_shared_keys_end_an_address(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 5; i++)
		session_psk_failed(table, at_ms(0), PEER);
	assert_int_equal(bans(), 1);
	assert_string_equal(drain(table).report[SESSION_J_BANNED].text,
			    "203.0.113.1 is banned until 2023-11-14T23:13:20Z: 5 wrong pre-shared "
			    "keys within 10m");
}

static void a_client_that_is_up_speaks_for_its_address(void **state)
{
	(void)state;
	connect_client(table, 0, 1, "alice");
	/* Long after the login has become too old to speak for it. */
	for (unsigned i = 0; i < 20; i++)
		session_psk_failed(table, at_ms(200000000), PEER);
	assert_int_equal(bans(), 0);
	ended(table, 200000000, 501, SESSION_EXITED, 0);
	for (unsigned i = 0; i < 20; i++)
		session_psk_failed(table, at_ms(200000000), PEER);
	assert_int_equal(bans(), 0);
}

static void by_hand_what_is_the_users_alone_is_closed(void **state)
{
	(void)state;
	connect_client(table, 0, 1, "alice");
	secure_at(2, ELSEWHERE);
	assert_int_equal(try_with(2, "dave", "d-secret"), SESSION_DENY_NONE);
	assert_int_equal(session_ban(table, WALL, "alice", 60, &err), 0);
	assert_int_equal(bans(), 2);
	assert_non_null(session_ban_of(table, WALL, "alice", ELSEWHERE));
	assert_null(session_ban_of(table, WALL, "dave", ELSEWHERE));
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(session_ban_closes(&first_ban()[i]),
				 first_ban()[i].address == PEER);
	/* Said twice it is the same. */
	assert_int_equal(session_ban(table, WALL, "alice", 90, &err), 0);
	assert_int_equal(bans(), 2);
	assert_true(session_ban_lift(table, WALL, "alice"));
	assert_int_equal(bans(), 0);
}

static void by_hand_no_address_on_the_list_is_closed(void **state)
{
	struct ip4_net nets[] = { { .address = PEER, .bits = 32 } };

	(void)state;
	policy.firewall.brute_force.allow = (struct policy_nets){ .net = nets, .count = 1 };
	connect_client(table, 0, 1, "alice");
	assert_int_equal(session_ban(table, WALL, "alice", 60, &err), 0);
	assert_int_equal(bans(), 1);
	assert_false(session_ban_closes(first_ban()));
	assert_non_null(session_ban_of(table, WALL, "alice", PEER));
}

static void by_hand_nobody_else_is_shut_out(void **state)
{
	(void)state;
	connect_client(table, 0, 1, "alice");
	connect_client(table, 0, 2, "dave");
	assert_int_equal(session_ban(table, WALL, "alice", 60, &err), 0);
	assert_int_equal(bans(), 1);
	/* Nor one who was on from there lately. */
	ended(table, 0, 502, SESSION_EXITED, 0);
	assert_int_equal(session_ban(table, WALL, "alice", 60, &err), 0);
	assert_int_equal(bans(), 1);
	assert_false(session_ban_closes(first_ban()));
}

static void what_happens_by_itself_gives_way(void **state)
{
	char name[32];

	(void)state;
	for (unsigned i = 0; i < SESSION_BANS_MAX + 10; i++) {
		for (unsigned tries = 0; tries < 5; tries++)
			session_psk_failed(table, at_ms(0), 0x0a000001u + i);
	}
	assert_int_equal(bans(), SESSION_BANS_MAX);
	for (unsigned i = 0; i < SESSION_BANS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "user%u", i);
		assert_int_equal(session_ban(table, WALL, name, 60, &err), 0);
	}
	assert_true(session_ban(table, WALL, "one more", 60, &err) < 0);
	for (unsigned tries = 0; tries < 5; tries++)
		session_psk_failed(table, at_ms(0), ELSEWHERE);
	assert_int_equal(bans(), SESSION_BANS_MAX);
}

static void bans_and_standing_outlive_the_table(void **state)
{
	struct session_table *next = test_table(&policy);
	json_t *json;
	char *text;

	(void)state;
	connect_client(table, 0, 1, "dave");
	for (uint32_t n = 2; n <= 6; n++) {
		secure_at(n, ELSEWHERE + n);
		assert_int_equal(guess(n, "alice"), SESSION_DENY_PASSWORD);
	}
	for (unsigned i = 0; i < 5; i++)
		session_psk_failed(table, at_ms(0), ELSEWHERE);
	assert_int_equal(bans(), 2);
	json = session_bans_encode(table, WALL);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	assert_int_equal(session_bans_decode(next, WALL + 10, text, strlen(text), &err), 0);
	free(text);
	assert_null(session_ban_of(next, WALL + 10, "alice", PEER));
	assert_non_null(session_ban_of(next, WALL + 10, "alice", ELSEWHERE + 1));
	assert_non_null(session_ban_of(next, WALL + 10, "anybody", ELSEWHERE));
	assert_null(session_ban_of(next, WALL + 10, "anybody", PEER));
	json = session_bans_json(next, WALL + 10);
	assert_int_equal(json_array_size(json), 2);
	assert_true(json_is_null(json_object_get(json_array_get(json, 1), "user")));
	assert_string_equal(json_string_value(json_object_get(json_array_get(json, 1), "peer")),
			    "203.0.113.101");
	assert_string_equal(json_string_value(json_object_get(json_array_get(json, 1), "reason")),
			    "wrong-psk");
	json_decref(json);
	session_table_free(next);
}

static void what_is_damaged_bans_nobody(void **state)
{
	static const char *const texts[] = {
		"{\"format\":1,\"bans\":[],\"addresses\":5}",
		"{\"format\":1,\"bans\":[],\"addresses\":[{\"user\":null,\"peer\":null,"
		"\"since\":\"2026-01-01T00:00:00Z\",\"until\":\"2027-01-01T00:00:00Z\"}]}",
		"{\"format\":1,\"bans\":[],\"addresses\":[{\"peer\":\"0.0.0.0\","
		"\"since\":\"2026-01-01T00:00:00Z\",\"until\":\"2027-01-01T00:00:00Z\"}]}",
		"{\"format\":1,\"bans\":[],\"addresses\":[{\"peer\":\"192.0.2.1\",\"reason\":\"?\","
		"\"since\":\"2026-01-01T00:00:00Z\",\"until\":\"2027-01-01T00:00:00Z\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++) {
		assert_true(session_bans_decode(table, WALL, texts[i], strlen(texts[i]), &err) < 0);
		assert_int_equal(bans(), 0);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(an_address_that_guesses_is_banned),
		TEST(other_refusals_are_no_failures),
		TEST(it_can_be_turned_off_and_some_are_spared),
		TEST(who_is_put_on_the_list_is_let_in),
		TEST(an_office_is_not_banned),
		TEST(fifty_at_once_are_not_banned),
		TEST(a_user_under_attack_gets_in_from_home),
		TEST(a_user_under_attack_gets_in_from_where_it_is_spared),
		TEST(who_is_spared_by_now_is_in_no_file),
		TEST(wrong_pre_shared_keys_end_an_address),
		TEST(a_client_that_is_up_speaks_for_its_address),
		TEST(who_was_up_speaks_for_its_address_after_a_power_failure),
		TEST(by_hand_what_is_the_users_alone_is_closed),
		TEST(by_hand_no_address_on_the_list_is_closed),
		TEST(by_hand_nobody_else_is_shut_out),
		TEST(what_happens_by_itself_gives_way),
		TEST(bans_and_standing_outlive_the_table),
		TEST(what_is_damaged_bans_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
