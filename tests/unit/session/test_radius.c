/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logins that a RADIUS server judges, and what is accounted of sessions. */
#include "unit.h"

#include "helper.h"
#include "session/account.h"
#include "session/ban.h"
#include "session/reason.h"

static struct policy_radius_server server = { .address = 1, .secret = "s", .secret_len = 1 };
static struct policy_group test_radius_groups[2];

static struct policy radius_policy(enum policy_radius_users users)
{
	struct policy policy = test_policy();

	policy.radius.servers = &server;
	policy.radius.servers_count = 1;
	policy.radius.users = users;
	test_radius_groups[0] = policy.groups[0];
	test_radius_groups[1] = policy.groups[0];
	test_radius_groups[1].name = "staff";
	test_radius_groups[1].idle_timeout = 77;
	policy.groups = test_radius_groups;
	policy.groups_count = 2;
	return policy;
}

static struct session_radius accepted(void)
{
	return (struct session_radius){ .said = SESSION_RADIUS_ACCEPT,
					.message = "S=0123",
					.terms = { .group = "staff", .class = "1904abcd" } };
}

static enum session_verdict ask_said(struct session_table *table, uint64_t ms, uint32_t slot,
				     const char *user, const struct session_radius *said,
				     struct session_answer *answer)
{
	struct mschap_proof proof = proof_of(user);
	struct session_request request = { .vip = fabric_vip(slot),
					   .pppd = pid_of(500 + slot),
					   .worker = 1,
					   .user = user,
					   .auth = "mschapv2",
					   .proof = &proof,
					   .radius = said };

	return session_admit(table, at_ms(ms), &request, true, answer);
}

static void who_is_asked_about(void **state)
{
	static const struct {
		enum policy_radius_users users;
		const char *name;
		enum session_verdict verdict;
		enum session_denial denial;
	} rows[] = {
		{ POLICY_RADIUS_LOCAL_FIRST, "alice", SESSION_ADMIT, SESSION_DENY_NONE },
		{ POLICY_RADIUS_LOCAL_FIRST, "carol", SESSION_DENY, SESSION_DENY_DISABLED },
		{ POLICY_RADIUS_LOCAL_FIRST, "zoe", SESSION_ASK, SESSION_DENY_NONE },
		{ POLICY_RADIUS_LOCAL_FIRST, "z\x1b[2J", SESSION_DENY, SESSION_DENY_UNKNOWN_USER },
		{ POLICY_RADIUS_LOCAL_FIRST, "*", SESSION_DENY, SESSION_DENY_UNKNOWN_USER },
		{ POLICY_RADIUS_ONLY, "alice", SESSION_ASK, SESSION_DENY_NONE },
		{ POLICY_RADIUS_ONLY, "zoe", SESSION_ASK, SESSION_DENY_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policy policy = radius_policy(rows[i].users);
		struct session_table *table = test_table(&policy);
		struct session_answer answer;

		secure(table, 0, 1);
		(void)drain(table);
		assert_int_equal(ask_said(table, 0, 1, rows[i].name, NULL, &answer),
				 rows[i].verdict);
		assert_int_equal(answer.denial, rows[i].denial);
		if (rows[i].verdict == SESSION_ASK)
			assert_int_equal(drain(table).count[SESSION_JOURNAL], 0);
		session_table_free(table);
	}
}

static void banned_users_are_not_asked_about(void **state)
{
	struct err err;
	struct policy policy = radius_policy(POLICY_RADIUS_LOCAL_FIRST);
	struct session_table *table = test_table(&policy);
	struct session_answer answer;

	(void)state;
	secure(table, 0, 1);
	assert_int_equal(session_ban(table, WALL, "zoe", 60, &err), 0);
	assert_int_equal(ask_said(table, 0, 1, "zoe", NULL, &answer), SESSION_DENY);
	assert_int_equal(answer.denial, SESSION_DENY_BANNED);
	session_table_free(table);
}

static void what_it_says_counts(void **state)
{
	struct policy policy = radius_policy(POLICY_RADIUS_LOCAL_FIRST);
	struct session_table *table = test_table(&policy);
	struct session_radius said = accepted();
	struct session_answer answer;
	const struct session *session;
	char id[SESSION_ID_MAX];

	(void)state;
	said.terms.session_timeout = 3600;
	said.terms.address = POOL + 77;
	said.terms.rate.down = 1000000;
	secure(table, 0, 1);
	(void)session_next_id(session_by_slot(table, 1), id);
	assert_int_equal(ask_said(table, 0, 1, "zoe", &said, &answer), SESSION_ADMIT);
	assert_string_equal(answer.message, "S=0123");
	assert_int_equal(answer.address, POOL + 77);
	session = session_by_slot(table, 1);
	assert_string_equal(session->id, id);
	assert_string_equal(session->user, "zoe");
	assert_int_equal(session->terms.source, TERMS_RADIUS);
	assert_string_equal(session->terms.group, "staff");
	assert_string_equal(session->terms.class, "1904abcd");
	assert_int_equal(session->terms.session_timeout, 3600);
	assert_int_equal(session->terms.idle_timeout, 77);
	assert_true(session->terms.rate.down == 1000000);
	/* The next login over the same SA has another id. */
	ended(table, 1000, 501, SESSION_EXITED, 0);
	(void)session_next_id(session_by_slot(table, 1), id);
	assert_int_equal(ask_said(table, 2000, 1, "zoe", &said, &answer), SESSION_ADMIT);
	assert_string_equal(session_by_slot(table, 1)->id, id);
	session_table_free(table);
}

static void refusals_of_it(void **state)
{
	static const struct {
		enum session_radius_said said;
		const char *group, *pool;
		uint32_t address;
		enum session_denial denial;
	} rows[] = {
		{ SESSION_RADIUS_REJECT, NULL, NULL, 0, SESSION_DENY_RADIUS_REFUSED },
		{ SESSION_RADIUS_SILENT, NULL, NULL, 0, SESSION_DENY_RADIUS_SILENT },
		{ SESSION_RADIUS_MALFORMED, NULL, NULL, 0, SESSION_DENY_RADIUS_MALFORMED },
		{ SESSION_RADIUS_ACCEPT, "stuff", NULL, 0, SESSION_DENY_RADIUS_TERMS },
		{ SESSION_RADIUS_ACCEPT, "staff", "nowhere", 0, SESSION_DENY_RADIUS_TERMS },
		{ SESSION_RADIUS_ACCEPT, "staff", NULL, POOL + 1, SESSION_DENY_ADDRESS },
		{ SESSION_RADIUS_ACCEPT, "staff", NULL, 0x7f000001, SESSION_DENY_ADDRESS },
		{ SESSION_RADIUS_ACCEPT, "staff", NULL, FIXED, SESSION_DENY_ADDRESS },
	};
	struct policy policy = radius_policy(POLICY_RADIUS_LOCAL_FIRST);
	struct session_table *table = test_table(&policy);
	struct session_answer answer;

	(void)state;
	secure(table, 0, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session_radius said = accepted();

		said.said = rows[i].said;
		said.terms.group = rows[i].group;
		said.terms.pool = rows[i].pool;
		said.terms.address = rows[i].address;
		(void)drain(table);
		assert_int_equal(ask_said(table, 0, 1, "zoe", &said, &answer), SESSION_DENY);
		assert_int_equal(answer.denial, rows[i].denial);
		assert_string_equal(answer.message, "");
		assert_int_equal(drain(table).journals[SESSION_J_REFUSED], 1);
		assert_int_equal(session_by_slot(table, 1)->state, SESSION_SECURED);
	}
	session_table_free(table);
}

/* Whatever the policy may not give to a user of its own, and whom the gateway asks. */
static void addresses_of_the_gateway_are_nobodys(void **state)
{
	static const struct {
		uint32_t address;
		enum session_denial denial;
	} rows[] = {
		{ 0xc0a8010a, SESSION_DENY_ADDRESS }, /* a machine in the LAN */
		{ 0xc0a80101, SESSION_DENY_ADDRESS }, /* the gateway in it */
		{ 0xcb007107, SESSION_DENY_ADDRESS }, /* its own on a WAN without a network */
		{ 0x0a010210, SESSION_DENY_ADDRESS }, /* the RADIUS server */
		{ 0x0a010235, SESSION_DENY_ADDRESS }, /* the resolver */
		{ 0x0a010211, SESSION_DENY_NONE },    /* the next one to it */
		{ 0xc0a8020a, SESSION_DENY_NONE },    /* the next network */
	};
	static struct policy_radius_server behind = { .address = 0x0a010210 };
	struct policy policy = radius_policy(POLICY_RADIUS_LOCAL_FIRST);
	struct session_table *table;
	struct session_answer answer;

	(void)state;
	policy.radius.servers = &behind;
	policy.host =
	    (struct host){ .wan_address = 0xcb007107,
			   .nets = { { "ppp0", { 0, 0 } }, { "eth1", { 0xc0a80100, 24 } } },
			   .nets_count = 2,
			   .resolvers = { 0x0a010235 },
			   .resolvers_count = 1 };
	table = test_table(&policy);
	secure(table, 0, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session_radius said = accepted();

		said.terms.address = rows[i].address;
		(void)ask_said(table, 0, 1, "zoe", &said, &answer);
		assert_int_equal(answer.denial, rows[i].denial);
		ended(table, 0, 501, SESSION_EXITED, 0);
	}
	session_table_free(table);
}

static void who_is_refused_anyway_ousts_nobody(void **state)
{
	struct policy policy = radius_policy(POLICY_RADIUS_LOCAL_FIRST);
	const uint32_t addresses[] = { policy.addresses.local, POOL + 77 };
	const enum session_denial denials[] = { SESSION_DENY_ADDRESS, SESSION_DENY_ADDRESS_IN_USE };
	struct session_table *table;
	struct session_answer answer;

	(void)state;
	test_radius_groups[1].max_sessions = 1;
	test_radius_groups[1].when_full = POLICY_CLOSE_OLDEST;
	table = test_table(&policy);
	for (uint32_t slot = 1; slot <= 3; slot++) {
		struct session_radius said = accepted();

		secure(table, 0, slot);
		said.terms.address = slot == 1 ? POOL + 77 : addresses[slot - 2];
		(void)ask_said(table, 0, slot, slot == 1 ? "yves" : "zoe", &said, &answer);
		assert_int_equal(answer.denial, slot == 1 ? SESSION_DENY_NONE : denials[slot - 2]);
		assert_int_equal(session_by_slot(table, 1)->state, SESSION_DIALING);
	}
	session_table_free(table);
}

static void refuse(struct session_table *table, unsigned times, bool guess)
{
	const struct session_radius said = { .said = SESSION_RADIUS_REJECT, .guess = guess };
	struct session_answer answer;

	for (unsigned i = 0; i < times; i++) {
		assert_int_equal(ask_said(table, 0, 1, "zoe", &said, &answer), SESSION_DENY);
		assert_int_equal(answer.denial, SESSION_DENY_RADIUS_REFUSED);
		assert_int_equal(drain(table).journals[SESSION_J_REFUSED], 1);
	}
}

/* A server that still has the session which a power failure ended refuses whoever dials again. */
static void only_guesses_are_counted_as_such(void **state)
{
	struct policy policy = radius_policy(POLICY_RADIUS_LOCAL_FIRST);
	struct session_table *table;
	size_t count;

	(void)state;
	policy.firewall.brute_force.failures = 3;
	policy.firewall.brute_force.window = 60;
	policy.firewall.brute_force.ban = 60;
	table = test_table(&policy);
	secure(table, 0, 1);
	(void)drain(table);
	refuse(table, 9, false);
	(void)session_bans(table, WALL, &count);
	assert_int_equal(count, 0);
	assert_int_equal(session_denied(table)[SESSION_DENY_RADIUS_REFUSED], 9);
	refuse(table, 3, true);
	(void)session_bans(table, WALL, &count);
	assert_int_not_equal(count, 0);
	session_table_free(table);
}

/* ---- accounting ---- */

/* The only one in the queue, if there is one; false if there is none. */
static bool next_account(struct session_table *table, struct session_account *account)
{
	struct session_action action;
	bool found = false;

	while (session_next(table, &action)) {
		if (action.kind != SESSION_ACCOUNT)
			continue;
		assert_false(found);
		found = true;
		*account = *action.account;
	}
	return found;
}

static void begin_and_end_are_told(void **state)
{
	struct policy policy = radius_policy(POLICY_RADIUS_LOCAL_FIRST);
	struct session_table *table = test_table(&policy);
	struct session_radius said = accepted();
	const struct session_end end = { .pppd = pid_of(501),
					 .how = SESSION_EXITED,
					 .code = 5,
					 .counted = true,
					 .rx_bytes = (5ull << 32) + 1,
					 .tx_bytes = 7 };
	struct session_account account;
	struct session_answer answer;

	(void)state;
	secure(table, 0, 1);
	assert_int_equal(ask_said(table, 0, 1, "zoe", &said, &answer), SESSION_ADMIT);
	assert_false(next_account(table, &account));
	link_up(table, 2000, 1, 501);
	assert_true(next_account(table, &account));
	assert_int_equal(account.event, ACCOUNT_START);
	assert_string_equal(account.user, "zoe");
	assert_string_equal(account.class, "1904abcd");
	assert_true(account.by_radius);
	assert_int_equal(account.peer, PEER);
	assert_int_equal(account.address, session_by_slot(table, 1)->address);
	assert_int_equal(account.seconds, 0);
	link_up(table, 3000, 1, 501);
	assert_false(next_account(table, &account));
	session_close(table, at_ms(62000), 1, SESSION_RADIUS_ENDED);
	assert_false(next_account(table, &account));
	session_pppd_ended(table, at_ms(62000), &end);
	assert_true(next_account(table, &account));
	assert_int_equal(account.event, ACCOUNT_STOP);
	assert_int_equal(account.seconds, 60);
	assert_int_equal(account.cause, 6);
	assert_true(account.rx_bytes == (5ull << 32) + 1 && account.tx_bytes == 7);
	assert_string_equal(account.class, "1904abcd");
	session_table_free(table);
}

static void what_was_never_up_is_not_told(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct session_account account;

	(void)state;
	secure(table, 0, 1);
	assert_int_equal(dial(table, 0, 1, 501, "alice"), SESSION_ADMIT);
	ended(table, 1000, 501, SESSION_EXITED, 10);
	assert_int_equal(session_denied(table)[SESSION_DENY_UNFINISHED], 1);
	assert_false(next_account(table, &account));
	session_table_free(table);
}

/* l2tpgwd was away while pppd ended: what the record has is told, or what pppd said last. */
static void a_session_that_ended_unseen(void **state)
{
	const struct session_end hung_up = { .pppd = pid_of(501),
					     .how = SESSION_EXITED,
					     .counted = true,
					     .rx_bytes = 3000,
					     .tx_bytes = UINT64_C(5000000000) };
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);
	struct session_account account;
	struct fields fields;
	struct err err;

	(void)state;
	session_counters(table, at_ms(1000), 1, 1000, 2000);
	session_encode(session_by_slot(table, 1), &fields);
	session_table_free(table);
	table = test_table(&policy);
	assert_int_equal(session_restore(table, at_ms(5000), &fields, NULL, &err), 0);
	assert_false(next_account(table, &account));
	session_table_free(table);
	table = test_table(&policy);
	assert_int_equal(session_restore(table, at_ms(5000), &fields, &test_vanished, &err), 0);
	assert_true(next_account(table, &account));
	assert_int_equal(account.event, ACCOUNT_STOP);
	assert_true(account.rx_bytes == 1000 && account.tx_bytes == 2000);
	assert_int_equal(account.cause, 9);
	session_table_free(table);
	/* pppd has left word of how. */
	table = test_table(&policy);
	assert_int_equal(session_restore(table, at_ms(5000), &fields, &hung_up, &err), 0);
	assert_true(next_account(table, &account));
	assert_int_equal(account.event, ACCOUNT_STOP);
	assert_true(account.rx_bytes == 3000 && account.tx_bytes == UINT64_C(5000000000));
	assert_int_equal(account.cause, 1);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_SECURED);
	session_table_free(table);
}

/* The counters are read as the table says, and whom SIGKILL is sent to is gone at once. */
static void obey(struct session_table *table, uint64_t ms)
{
	struct session_action action;
	unsigned counts = 0;

	while (session_next(table, &action)) {
		if (action.kind == SESSION_COUNT) {
			counts++;
			for (uint32_t slot = 1; slot <= 2; slot++)
				session_counters(table, at_ms(ms), slot, 1000 + slot, 2000 + slot);
		} else if (action.kind == SESSION_KILL_PPPD && action.hard) {
			ended(table, ms, action.pppd.pid, SESSION_SIGNALED, 9);
		} else if (action.kind == SESSION_ACCOUNT) {
			assert_int_equal(action.account->event, ACCOUNT_STOP);
			assert_true(action.account->rx_bytes == 1000 + action.account->slot);
			assert_true(action.account->tx_bytes == 2000 + action.account->slot);
		}
	}
	assert_int_equal(counts, 1);
}

static void worker_dies(struct session_table *table)
{
	session_worker_died(table, at_ms(5000), session_by_slot(table, 1)->worker);
}

static void client_is_ousted(struct session_table *table)
{
	secure(table, 5000, 3);
	assert_int_equal(dial(table, 5000, 3, 503, "alice"), SESSION_WAIT);
}

static void client_dials_again_over_its_sa(struct session_table *table)
{
	assert_int_equal(dial(table, 5000, 1, 601, "alice"), SESSION_WAIT);
}

static void client_dials_again(struct session_table *table)
{
	sa(table, 5000, SA_CHILD_UP, test_ike(3, PEER, 4501), test_child(103, 3), 0);
	assert_int_equal(dial(table, 5000, 3, 503, "alice"), SESSION_WAIT);
}

static void pppd_hears_nothing(struct session_table *table)
{
	session_close(table, at_ms(1000), 1, SESSION_KICKED);
	(void)session_tick(table, at_ms(5000));
}

/* pppd has no chance to tell: the counters are asked for before it is killed. */
static void who_is_killed_was_counted(void **state)
{
	static void (*const ends[])(struct session_table *) = {
		worker_dies,        client_is_ousted,   client_dials_again_over_its_sa,
		client_dials_again, pppd_hears_nothing,
	};
	struct policy policy = test_policy();

	(void)state;
	policy.l2tp.max_sessions = 2;
	policy.l2tp.when_full = POLICY_CLOSE_OLDEST;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct session_table *table = with_clients(&policy, 2);

		ends[i](table);
		obey(table, 5000);
		session_table_free(table);
	}
}

static void every_reason_has_a_cause(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SESSION_REASONS; i++)
		assert_in_range(reason_cause(i), 1, 18);
	assert_int_equal(reason_cause(SESSION_IDLE), 4);
	assert_int_equal(reason_cause(SESSION_TIME_LIMIT), 5);
}

static void records_come_back(void **state)
{
	struct session_account account = { .event = ACCOUNT_STOP,
					   .wall = WALL,
					   .id = "1a-66f0c2d1.2",
					   .user = "DOMAIN\\x5czoe",
					   .by_radius = true,
					   .slot = 5,
					   .address = POOL + 2,
					   .peer = PEER,
					   .local = 1,
					   .rx_bytes = UINT64_MAX,
					   .tx_bytes = 1,
					   .seconds = 99,
					   .cause = 6,
					   .class = "1904abcd" };
	struct session_account back;
	struct fields fields;
	struct err err;

	(void)state;
	account_encode(&account, &fields);
	assert_false(fields.failed);
	assert_int_equal(account_decode(&fields, &back, &err), 0);
	assert_memory_equal(&account, &back, sizeof(account));
	memset(account.user, 'u', sizeof(account.user) - 1);
	memset(account.class, 'a', sizeof(account.class) - 1);
	account_encode(&account, &fields);
	assert_int_equal(account_decode(&fields, &back, &err), 0);
	assert_memory_equal(&account, &back, sizeof(account));
}

static void damaged_records_are_none(void **state)
{
	static const char good[] = "event=stop\0wall=1\0id=a\0user=b\0by_radius=1\0slot=1\0"
				   "address=1\0peer=1\0local=1\0rx_bytes=1\0tx_bytes=1\0"
				   "seconds=1\0cause=1\0class=";
	struct session_account account;
	struct fields fields;
	struct err err;

	(void)state;
	assert_true(fields_decode(&fields, good, sizeof(good)));
	assert_int_equal(account_decode(&fields, &account, &err), 0);
	for (size_t i = 0; i < sizeof(good); i++) {
		char bad[sizeof(good)];

		memcpy(bad, good, sizeof(good));
		bad[i] ^= 0x40;
		if (fields_decode(&fields, bad, sizeof(bad)) &&
		    account_decode(&fields, &account, &err) == 0)
			assert_true(account.event < ACCOUNT_EVENTS);
	}
	assert_true(fields_decode(&fields, "event=stop", 11));
	assert_int_equal(account_decode(&fields, &account, &err), -1);
}

/* ---- changes ---- */

static void changes_of_it(void **state)
{
	struct policy policy = radius_policy(POLICY_RADIUS_LOCAL_FIRST);
	struct session_table *table = test_table(&policy);
	struct session_radius said = accepted();
	struct terms_reply change = { .session_timeout = 60, .rate = { .up = 500000 } };
	const struct session *session;
	struct session_answer answer;

	(void)state;
	secure(table, 0, 1);
	secure(table, 0, 2);
	assert_int_equal(ask_said(table, 0, 1, "zoe", &said, &answer), SESSION_ADMIT);
	assert_int_equal(dial(table, 0, 2, 502, "alice"), SESSION_ADMIT);
	(void)drain(table);
	assert_true(session_change(table, 1, &change));
	session = session_by_slot(table, 1);
	assert_int_equal(session->terms.session_timeout, 60);
	assert_int_equal(session->terms.idle_timeout, 77);
	assert_true(session->terms.rate.up == 500000);
	assert_string_equal(session->terms.class, "1904abcd");
	assert_int_equal(drain(table).count[SESSION_WRITE], 1);
	change = (struct terms_reply){ .group = POLICY_DEFAULT_GROUP };
	assert_true(session_change(table, 1, &change));
	assert_string_equal(session->terms.group, POLICY_DEFAULT_GROUP);
	assert_int_equal(session->terms.session_timeout, 60);
	assert_int_equal(session->terms.idle_timeout, policy.ppp.idle_timeout);
	change.group = "nobody";
	assert_false(session_change(table, 1, &change));
	assert_string_equal(session->terms.group, POLICY_DEFAULT_GROUP);
	change.group = "staff";
	assert_false(session_change(table, 2, &change));
	assert_false(session_change(table, 3, &change));
	assert_false(session_change(table, FABRIC_SLOTS, &change));
	session_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_asked_about),
		cmocka_unit_test(banned_users_are_not_asked_about),
		cmocka_unit_test(what_it_says_counts),
		cmocka_unit_test(refusals_of_it),
		cmocka_unit_test(addresses_of_the_gateway_are_nobodys),
		cmocka_unit_test(who_is_refused_anyway_ousts_nobody),
		cmocka_unit_test(only_guesses_are_counted_as_such),
		cmocka_unit_test(begin_and_end_are_told),
		cmocka_unit_test(what_was_never_up_is_not_told),
		cmocka_unit_test(a_session_that_ended_unseen),
		cmocka_unit_test(who_is_killed_was_counted),
		cmocka_unit_test(every_reason_has_a_cause),
		cmocka_unit_test(records_come_back),
		cmocka_unit_test(damaged_records_are_none),
		cmocka_unit_test(changes_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
