/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is accounted reaches a server, whoever dies meanwhile. */
#include "unit.h"

#include <dirent.h>

#include "daemon/account_queue.h"
#include "radius_world.h"

static struct session_account account(const char *id, enum account_event event)
{
	struct session_account account = { .event = event,
					   .wall = time(NULL),
					   .user = "zoe",
					   .by_radius = true,
					   .slot = 5,
					   .address = POOL + 2,
					   .peer = PEER,
					   .local = 0xc6336401,
					   .rx_bytes = (3ull << 32) + 5,
					   .tx_bytes = 7,
					   .seconds = 99,
					   .cause = 6,
					   .class = "1904abcd" };

	(void)snprintf(account.id, sizeof(account.id), "%s", id);
	return account;
}

static void take(const char *id, enum account_event event)
{
	const struct session_account one = account(id, event);

	accounting_take(gateway.accounting, &one);
}

static unsigned on_disk(void)
{
	DIR *dir = opendir(gateway.paths.accounting);
	unsigned count = 0;

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] != '.';
	(void)closedir(dir);
	return count;
}

static void asked(void)
{
	turn_until(fake_radius_take(&fake));
	assert_int_equal(fake.request.code, RADIUS_ACCOUNTING_REQUEST);
	assert_int_not_equal(radius_check_request(&fake.request, fake_secret), RADIUS_FORGED);
}

static void answer(void)
{
	fake_radius_answer(&fake, RADIUS_ACCOUNTING_RESPONSE, false, fake_secret);
}

/* What is asked for next says that of itself; it is answered. */
static void answers(uint32_t status)
{
	asked();
	assert_int_equal(said_number(RADIUS_ACCT_STATUS_TYPE), status);
	answer();
}

static void turn_for(uint64_t ms)
{
	uint64_t end = loop_ms() + ms;

	while (loop_ms() < end) {
		accounting_tick(gateway.accounting);
		(void)sd_event_run(gateway.loop, 20000);
	}
}

static void another_life(void)
{
	gateway.ending = true;
	radius_link_free(gateway.radius);
	accounting_free(gateway.accounting);
	gateway.ending = false;
	gateway.radius = radius_link_new(&gateway);
	gateway.accounting = accounting_new(&gateway);
	radius_link_follow(gateway.radius);
	accounting_tick(gateway.accounting);
}

static void taken_and_forgotten(void **state)
{
	struct radius_attribute attribute;

	(void)state;
	take("a-1", ACCOUNT_STOP);
	assert_int_equal(on_disk(), 1);
	assert_false(accounting_is_done(gateway.accounting));
	asked();
	assert_int_equal(said_number(RADIUS_ACCT_STATUS_TYPE), 2);
	assert_said_text(RADIUS_USER_NAME, "zoe");
	assert_said_text(RADIUS_ACCT_SESSION_ID, "a-1");
	assert_said_text(RADIUS_CALLING_STATION_ID, "203.0.113.1");
	assert_said_text(RADIUS_NAS_IDENTIFIER, "gw");
	assert_int_equal(said_number(RADIUS_NAS_IP_ADDRESS), 0x0a000001);
	assert_int_equal(said_number(RADIUS_FRAMED_IP_ADDRESS), POOL + 2);
	assert_int_equal(said_number(RADIUS_ACCT_INPUT_OCTETS), 5);
	assert_int_equal(said_number(RADIUS_ACCT_INPUT_GIGAWORDS), 3);
	assert_int_equal(said_number(RADIUS_ACCT_OUTPUT_OCTETS), 7);
	assert_int_equal(said_number(RADIUS_ACCT_OUTPUT_GIGAWORDS), 0);
	assert_int_equal(said_number(RADIUS_ACCT_SESSION_TIME), 99);
	assert_int_equal(said_number(RADIUS_ACCT_TERMINATE_CAUSE), 6);
	assert_true(said(RADIUS_CLASS, &attribute));
	assert_memory_equal(attribute.value, "\xab\xcd", 2);
	answer();
	turn_until(on_disk() == 0);
	assert_true(accounting_is_done(gateway.accounting));
}

static void starts_have_no_counters(void **state)
{
	struct radius_attribute attribute;

	(void)state;
	take("a-1", ACCOUNT_START);
	asked();
	assert_int_equal(said_number(RADIUS_ACCT_STATUS_TYPE), 1);
	assert_false(said(RADIUS_ACCT_INPUT_OCTETS, &attribute));
	assert_false(said(RADIUS_ACCT_TERMINATE_CAUSE, &attribute));
}

/* The end of a session is not told before its beginning was heard. */
static void in_order(void **state)
{
	(void)state;
	take("a-1", ACCOUNT_START);
	take("a-1", ACCOUNT_STOP);
	take("b-2", ACCOUNT_START);
	asked();
	assert_int_equal(said_number(RADIUS_ACCT_STATUS_TYPE), 1);
	assert_said_text(RADIUS_ACCT_SESSION_ID, "a-1");
	answer();
	asked();
	assert_said_text(RADIUS_ACCT_SESSION_ID, "b-2");
	answer();
	asked();
	assert_said_text(RADIUS_ACCT_SESSION_ID, "a-1");
	assert_int_equal(said_number(RADIUS_ACCT_STATUS_TYPE), 2);
	answer();
	turn_until(on_disk() == 0);
}

static void kept_while_nobody_takes_it(void **state)
{
	struct session_account late = account("a-1", ACCOUNT_STOP);

	(void)state;
	fake_radius_stop(&fake);
	late.wall -= 100;
	accounting_take(gateway.accounting, &late);
	for (int i = 0; i < 5; i++)
		(void)sd_event_run(gateway.loop, 20000);
	assert_int_equal(on_disk(), 1);
	another_life();
	assert_int_equal(on_disk(), 1);
	take("b-2", ACCOUNT_STOP);
	assert_int_equal(on_disk(), 2);
	fake_radius_listen(&fake);
	another_life();
	asked();
	assert_said_text(RADIUS_ACCT_SESSION_ID, "a-1");
	assert_true(said_number(RADIUS_ACCT_DELAY_TIME) >= 100);
	answer();
	asked();
	assert_said_text(RADIUS_ACCT_SESSION_ID, "b-2");
	answer();
	turn_until(on_disk() == 0);
}

/* An l2tpgwd that dies between sending and hearing sends again. */
static void sent_again_by_the_next(void **state)
{
	(void)state;
	take("a-1", ACCOUNT_STOP);
	asked();
	another_life();
	asked();
	assert_said_text(RADIUS_ACCT_SESSION_ID, "a-1");
	answer();
	turn_until(on_disk() == 0);
}

static void what_is_no_record_is_left_out(void **state)
{
	(void)state;
	tmpdir_write("accounting/0000000000000000", "event=stop");
	tmpdir_write("accounting/0000000000000001", "");
	tmpdir_write("accounting/readme", "not one of them");
	another_life();
	assert_int_equal(on_disk(), 1);
	take("a-1", ACCOUNT_STOP);
	asked();
	assert_said_text(RADIUS_ACCT_SESSION_ID, "a-1");
}

static void nothing_without_radius(void **state)
{
	(void)state;
	policy.radius.servers_count = 0;
	radius_link_follow(gateway.radius);
	take("a-1", ACCOUNT_STOP);
	assert_int_equal(on_disk(), 0);
	assert_false(fake_radius_take(&fake));
}

/* Files there nobody would ever take, and a warning for good. */
static void nothing_where_no_server_accounts(void **state)
{
	json_t *status;

	(void)state;
	policy.radius.interim = 1;
	server.acct_port = 0;
	radius_link_follow(gateway.radius);
	connect_client(gateway.sessions, 0, 1, "alice");
	(void)drain(gateway.sessions);
	take("a-1", ACCOUNT_START);
	accounting_tick(gateway.accounting);
	assert_int_equal(on_disk(), 0);
	status = accounting_status(gateway.accounting);
	assert_int_equal(json_integer_value(json_object_get(status, "waiting")), 0);
	json_decref(status);
}

/* No file can be made where its directory is none; a place that root cannot write to either. */
static void break_disk(void)
{
	assert_int_equal(rmdir(gateway.paths.accounting), 0);
	tmpdir_write("accounting", "");
}

static void mend_disk(void)
{
	assert_int_equal(unlink(gateway.paths.accounting), 0);
	assert_int_equal(mkdir(gateway.paths.accounting, 0700), 0);
}

static void sent_though_the_disk_is_full(void **state)
{
	(void)state;
	break_disk();
	take("a-1", ACCOUNT_START);
	take("a-1", ACCOUNT_STOP);
	asked();
	assert_int_equal(said_number(RADIUS_ACCT_STATUS_TYPE), 1);
	assert_said_text(RADIUS_ACCT_SESSION_ID, "a-1");
	answer();
	asked();
	assert_int_equal(said_number(RADIUS_ACCT_STATUS_TYPE), 2);
	assert_int_equal(said_number(RADIUS_ACCT_INPUT_GIGAWORDS), 3);
	answer();
	turn_until(accounting_is_done(gateway.accounting));
	mend_disk();
}

/* What waits in memory goes to the disk once that takes it. */
static void kept_in_memory_until_the_disk_has_room(void **state)
{
	(void)state;
	fake_radius_stop(&fake);
	break_disk();
	take("a-1", ACCOUNT_STOP);
	turn_until(accounting_is_done(gateway.accounting));
	mend_disk();
	assert_int_equal(on_disk(), 0);
	turn_until((accounting_tick(gateway.accounting), on_disk() == 1));
	fake_radius_listen(&fake);
	another_life();
	asked();
	assert_said_text(RADIUS_ACCT_SESSION_ID, "a-1");
	answer();
	turn_until(on_disk() == 0);
}

static void memory_goes_to_the_disk_at_the_end(void **state)
{
	(void)state;
	fake_radius_stop(&fake);
	break_disk();
	take("a-1", ACCOUNT_STOP);
	mend_disk();
	another_life();
	assert_int_equal(on_disk(), 1);
}

static void memory_has_an_end(void **state)
{
	json_t *status;

	(void)state;
	fake_radius_stop(&fake);
	break_disk();
	for (unsigned i = 0; i < ACCOUNT_QUEUE_KEPT_MAX + 3; i++)
		take("a-1", ACCOUNT_START);
	status = accounting_status(gateway.accounting);
	assert_int_equal(json_integer_value(json_object_get(status, "waiting")),
			 ACCOUNT_QUEUE_KEPT_MAX);
	assert_int_equal(json_integer_value(json_object_get(status, "given_up")), 3);
	json_decref(status);
	mend_disk();
}

/* ---- of the gateway ---- */

enum { START = 1, STOP = 2, ON = 7, OFF = 8 };

static void a_gateway_begins(void **state)
{
	struct radius_attribute attribute;

	(void)state;
	accounting_on(gateway.accounting);
	assert_int_equal(on_disk(), 1);
	take("a-1", ACCOUNT_START);
	asked();
	assert_int_equal(said_number(RADIUS_ACCT_STATUS_TYPE), ON);
	assert_said_text(RADIUS_NAS_IDENTIFIER, "gw");
	assert_int_equal(said_number(RADIUS_NAS_IP_ADDRESS), 0x0a000001);
	assert_true(said(RADIUS_ACCT_SESSION_ID, &attribute));
	assert_true(said(RADIUS_EVENT_TIMESTAMP, &attribute));
	assert_false(said(RADIUS_USER_NAME, &attribute));
	assert_false(said(RADIUS_NAS_PORT, &attribute));
	assert_false(said(RADIUS_ACCT_INPUT_OCTETS, &attribute));
	turn_for(100);
	assert_false(fake_radius_take(&fake)); /* the Start waits */
	answer();
	answers(START);
	turn_until(on_disk() == 0);
	assert_true(accounting_is_done(gateway.accounting));
}

static void a_gateway_ends(void **state)
{
	(void)state;
	take("a-1", ACCOUNT_STOP);
	take("b-2", ACCOUNT_STOP);
	accounting_off(gateway.accounting);
	answers(STOP);
	asked();
	assert_int_equal(said_number(RADIUS_ACCT_STATUS_TYPE), STOP);
	turn_for(100);
	assert_false(fake_radius_take(&fake)); /* it waits for the last one */
	assert_false(accounting_is_done(gateway.accounting));
	answer();
	answers(OFF);
	turn_until(on_disk() == 0);
	assert_true(accounting_is_done(gateway.accounting));
}

/* What was before the power failure, On is to end: it comes behind all of it. */
static void told_when_the_server_is_back(void **state)
{
	(void)state;
	fake_radius_stop(&fake);
	take("a-1", ACCOUNT_START);
	turn_until(accounting_is_done(gateway.accounting));
	another_life();
	accounting_on(gateway.accounting);
	turn_for(100);
	another_life();
	take("b-2", ACCOUNT_START);
	assert_int_equal(on_disk(), 3);
	fake_radius_listen(&fake);
	another_life();
	answers(START);
	answers(ON);
	asked();
	assert_said_text(RADIUS_ACCT_SESSION_ID, "b-2");
	answer();
	turn_until(on_disk() == 0);
}

static void only_the_newest_is_told(void **state)
{
	(void)state;
	fake_radius_stop(&fake);
	accounting_on(gateway.accounting);
	turn_until(accounting_is_done(gateway.accounting));
	accounting_off(gateway.accounting);
	accounting_on(gateway.accounting);
	assert_int_equal(on_disk(), 1);
	fake_radius_listen(&fake);
	another_life();
	answers(ON);
	turn_until(on_disk() == 0);
}

static struct policy_radius_server servers[3];
static struct fake_radius second;

/* The third only judges logins. */
static void three_servers(void)
{
	fake_radius_open(&second);
	servers[0] = servers[1] = servers[2] = server;
	servers[1].acct_port = second.port;
	servers[2].acct_port = 0;
	policy.radius.servers = servers;
	policy.radius.servers_count = 3;
	radius_link_follow(gateway.radius);
}

/* Each has books of its own; one that is dead is told first thing when it is back. */
static void every_server_is_told(void **state)
{
	struct fake_radius first;

	(void)state;
	three_servers();
	fake_radius_stop(&second);
	accounting_on(gateway.accounting);
	take("a-1", ACCOUNT_START);
	assert_int_equal(on_disk(), 3);
	answers(ON);
	answers(START);
	turn_until(on_disk() == 1);
	fake_radius_listen(&second);
	first = fake;
	fake = second;
	for (;;) {
		turn_until((accounting_tick(gateway.accounting), fake_radius_take(&fake)));
		if (fake.request.code == RADIUS_ACCOUNTING_REQUEST)
			break;
		answer(); /* it is back */
	}
	assert_int_equal(said_number(RADIUS_ACCT_STATUS_TYPE), ON);
	answer();
	turn_until(on_disk() == 0);
	fake_radius_stop(&fake);
	fake = first;
}

/* It hears everything else. */
static void one_that_does_not_take_it_holds_up_nobody(void **state)
{
	(void)state;
	policy.radius.dead_time = 0;
	radius_link_follow(gateway.radius);
	accounting_on(gateway.accounting);
	take("a-1", ACCOUNT_START);
	asked();
	assert_int_equal(said_number(RADIUS_ACCT_STATUS_TYPE), ON);
	answers(START);
	turn_until(on_disk() == 1);
}

static void strangers_are_forgotten(void **state)
{
	(void)state;
	three_servers();
	fake_radius_stop(&second);
	accounting_on(gateway.accounting);
	answers(ON);
	turn_until(on_disk() == 1 && accounting_is_done(gateway.accounting));
	policy.radius.servers_count = 1;
	radius_link_follow(gateway.radius);
	accounting_tick(gateway.accounting);
	assert_int_equal(on_disk(), 0);
}

static void interims_are_told(void **state)
{
	uint64_t end;

	(void)state;
	policy.radius.interim = 1;
	connect_client(gateway.sessions, 0, 1, "alice");
	session_counters(gateway.sessions, at_ms(0), 1, 1000, 2000);
	(void)drain(gateway.sessions);
	end = loop_ms() + PATIENCE_MS;
	while (!fake_radius_take(&fake) && loop_ms() < end) {
		accounting_tick(gateway.accounting);
		(void)sd_event_run(gateway.loop, 20000);
	}
	assert_int_equal(said_number(RADIUS_ACCT_STATUS_TYPE), 3);
	assert_said_text(RADIUS_USER_NAME, "alice");
	assert_int_equal(said_number(RADIUS_ACCT_INPUT_OCTETS), 1000);
	assert_int_equal(said_number(RADIUS_ACCT_AUTHENTIC), 2);
	assert_int_equal(on_disk(), 0);
}

#define test(function) cmocka_unit_test_setup_teardown(function, world_make, world_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(taken_and_forgotten),
		test(starts_have_no_counters),
		test(in_order),
		test(kept_while_nobody_takes_it),
		test(sent_again_by_the_next),
		test(what_is_no_record_is_left_out),
		test(nothing_without_radius),
		test(nothing_where_no_server_accounts),
		test(sent_though_the_disk_is_full),
		test(kept_in_memory_until_the_disk_has_room),
		test(memory_goes_to_the_disk_at_the_end),
		test(memory_has_an_end),
		test(interims_are_told),
		test(a_gateway_begins),
		test(a_gateway_ends),
		test(told_when_the_server_is_back),
		test(only_the_newest_is_told),
		test(every_server_is_told),
		test(one_that_does_not_take_it_holds_up_nobody),
		test(strangers_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
