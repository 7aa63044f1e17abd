/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client against servers that answer, lie, fall silent, die and come back. */
#include "unit.h"

#include <stdlib.h>

#include "fake_radius.h"

#define TIMEOUT 1000
#define BUDGET  60000

static struct fake_radius one, two;
static struct radius *radius;
static uint64_t now;
static struct {
	unsigned calls, answers;
	uint8_t code;
} heard;

static void on_done(void *user, const struct radius_view *answer, const struct err *why)
{
	(void)user;
	heard.calls++;
	heard.answers += answer != NULL;
	heard.code = answer ? answer->code : 0;
	assert_true(!answer == (why != NULL));
}

static struct radius_settings settings(void)
{
	struct radius_settings s = { .count = 2,
				     .timeout_ms = TIMEOUT,
				     .tries = 3,
				     .dead_ms = 30000,
				     .require_signed = true };

	for (unsigned i = 0; i < 2; i++) {
		uint16_t port = i ? two.port : one.port;

		s.server[i] = (struct radius_server){ .address = INADDR_LOOPBACK,
						      .port = { port, port },
						      .secret = fake_secret };
	}
	return s;
}

static void begin_with(const struct radius_settings *s)
{
	struct err err;

	radius_close(radius);
	radius = NULL;
	assert_int_equal(radius_open(&radius, s, &err), 0);
}

static int setup(void **state)
{
	struct radius_settings s;

	(void)state;
	fake_radius_open(&one);
	fake_radius_open(&two);
	memset(&heard, 0, sizeof(heard));
	now = 1000000;
	s = settings();
	begin_with(&s);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	radius_close(radius);
	radius = NULL;
	fake_radius_stop(&one);
	fake_radius_stop(&two);
	return 0;
}

static int ask_for(enum radius_service service)
{
	struct radius_packet packet;
	struct err err;

	radius_begin(&packet,
		     service == RADIUS_ACCESS ? RADIUS_ACCESS_REQUEST : RADIUS_ACCOUNTING_REQUEST,
		     service == RADIUS_ACCESS);
	radius_put_text(&packet, RADIUS_USER_NAME, "alice");
	return radius_ask(radius, service, &packet, BUDGET, on_done, &heard, now, &err);
}

static void ask(void)
{
	assert_int_equal(ask_for(RADIUS_ACCESS), 0);
}

/* Datagrams over the loopback device are there at once; errors of them are too. */
static void look(void)
{
	radius_ready(radius, now);
}

static void pass(unsigned ms)
{
	now += ms;
	look();
}

static void answered_by(struct fake_radius *fake, enum radius_code code)
{
	assert_true(fake_radius_take(fake));
	fake_radius_answer(fake, code, true, fake_secret);
	look();
}

static void asked_and_answered(void **state)
{
	static const enum radius_code codes[] = { RADIUS_ACCESS_ACCEPT, RADIUS_ACCESS_REJECT,
						  RADIUS_ACCESS_CHALLENGE };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct radius_attribute attribute = { 0 };

		ask();
		assert_true(fake_radius_take(&one));
		assert_int_equal(one.request.code, RADIUS_ACCESS_REQUEST);
		assert_true(radius_next(&one.request, &attribute));
		assert_int_equal(attribute.type, RADIUS_MESSAGE_AUTHENTICATOR);
		fake_radius_answer(&one, codes[i], true, fake_secret);
		look();
		assert_int_equal(heard.answers, i + 1);
		assert_int_equal(heard.code, codes[i]);
	}
	assert_false(fake_radius_take(&two));
	assert_true(radius_deadline(radius) == UINT64_MAX);
	assert_int_equal(radius_health(radius, 0, RADIUS_ACCESS).answers, 3);
}

static void accounting_has_its_own_authenticator(void **state)
{
	(void)state;
	assert_int_equal(ask_for(RADIUS_ACCOUNTING), 0);
	assert_true(fake_radius_take(&one));
	assert_int_equal(one.request.code, RADIUS_ACCOUNTING_REQUEST);
	assert_int_equal(radius_check_request(&one.request, fake_secret), RADIUS_UNSIGNED);
	fake_radius_answer(&one, RADIUS_ACCESS_ACCEPT, true, fake_secret);
	look();
	assert_int_equal(heard.calls, 0);
	/* No server signs these. */
	fake_radius_answer(&one, RADIUS_ACCOUNTING_RESPONSE, false, fake_secret);
	look();
	assert_int_equal(heard.answers, 1);
}

/* Forged, unsigned, malformed, of another request: each is as good as none. */
static void lies_are_not_heard(void **state)
{
	static const struct radius_secret other = { "another", 7 };
	struct radius_packet packet;
	uint8_t id;

	(void)state;
	ask();
	assert_true(fake_radius_take(&one));
	fake_radius_answer(&one, RADIUS_ACCESS_ACCEPT, true, other);
	fake_radius_answer(&one, RADIUS_ACCESS_ACCEPT, false, other);
	fake_radius_answer(&one, RADIUS_ACCESS_ACCEPT, false, fake_secret);
	fake_radius_answer(&one, RADIUS_ACCOUNTING_RESPONSE, true, fake_secret);
	fake_radius_answer(&one, RADIUS_COA_ACK, true, fake_secret);
	fake_radius_send(&one, "\2\0", 2);
	fake_radius_send(&one, "", 0);
	for (unsigned i = 0; i < 256; i++) {
		id = (uint8_t)i;
		radius_begin(&packet, RADIUS_ACCESS_ACCEPT, true);
		radius_finish_reply(&packet, id, (const uint8_t *)"sixteen of a lie", fake_secret);
		fake_radius_send(&one, packet.data, packet.len);
	}
	look();
	assert_int_equal(heard.calls, 0);
	assert_int_equal(radius_health(radius, 0, RADIUS_ACCESS).unsigned_, 1);
	assert_true(radius_health(radius, 0, RADIUS_ACCESS).forged >= 3);
	fake_radius_answer(&one, RADIUS_ACCESS_ACCEPT, true, fake_secret);
	look();
	assert_int_equal(heard.answers, 1);
	/* Once more is not heard either. */
	fake_radius_answer(&one, RADIUS_ACCESS_ACCEPT, true, fake_secret);
	look();
	assert_int_equal(heard.calls, 1);
}

static void unsigned_answers_if_they_may(void **state)
{
	struct radius_settings s = settings();

	(void)state;
	s.require_signed = false;
	begin_with(&s);
	ask();
	assert_true(fake_radius_take(&one));
	fake_radius_answer(&one, RADIUS_ACCESS_ACCEPT, false, fake_secret);
	look();
	assert_int_equal(heard.answers, 1);
}

/* What was lost on the way is sent again, the very same. */
static void sent_again(void **state)
{
	uint8_t first[RADIUS_AUTH_SIZE];

	(void)state;
	ask();
	assert_true(fake_radius_take(&one));
	memcpy(first, one.request.authenticator, sizeof(first));
	pass(TIMEOUT - 1);
	assert_false(fake_radius_take(&one));
	pass(1);
	assert_true(fake_radius_take(&one));
	assert_memory_equal(one.request.authenticator, first, sizeof(first));
	pass(TIMEOUT);
	answered_by(&one, RADIUS_ACCESS_ACCEPT);
	assert_int_equal(heard.answers, 1);
	assert_false(fake_radius_take(&two));
	assert_false(radius_health(radius, 0, RADIUS_ACCESS).dead);
}

static void silent_one_is_left_out(void **state)
{
	(void)state;
	ask();
	pass(TIMEOUT);
	pass(TIMEOUT);
	assert_false(fake_radius_take(&two));
	pass(TIMEOUT);
	assert_true(radius_health(radius, 0, RADIUS_ACCESS).dead);
	answered_by(&two, RADIUS_ACCESS_ACCEPT);
	assert_int_equal(heard.answers, 1);
	while (fake_radius_take(&one))
		;
	ask(); /* at once, to the second */
	answered_by(&two, RADIUS_ACCESS_REJECT);
	assert_int_equal(heard.code, RADIUS_ACCESS_REJECT);
	assert_false(fake_radius_take(&one));
	/* The dead time is over: the first is asked again. */
	now += 30000;
	ask();
	answered_by(&one, RADIUS_ACCESS_ACCEPT);
	assert_int_equal(heard.answers, 3);
}

static void killed_one_is_left_at_once(void **state)
{
	(void)state;
	fake_radius_stop(&one);
	ask();
	look();
	answered_by(&two, RADIUS_ACCESS_ACCEPT);
	assert_int_equal(heard.answers, 1);
	assert_true(radius_health(radius, 0, RADIUS_ACCESS).dead);
}

/* Both the request that found it out and those that were under way. */
static void all_under_way_move_on(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		ask();
	fake_radius_stop(&one);
	ask();
	look();
	for (int i = 0; i < 21; i++)
		answered_by(&two, RADIUS_ACCESS_ACCEPT);
	assert_int_equal(heard.answers, 21);
}

/* Status-Server finds out before the dead time is over. */
static void back_is_noticed(void **state)
{
	(void)state;
	fake_radius_stop(&one);
	ask();
	look();
	answered_by(&two, RADIUS_ACCESS_ACCEPT);
	fake_radius_listen(&one);
	pass(2000);
	assert_true(fake_radius_take(&one));
	assert_int_equal(one.request.code, RADIUS_STATUS_SERVER);
	assert_true(radius_health(radius, 0, RADIUS_ACCESS).dead);
	fake_radius_answer(&one, RADIUS_ACCESS_ACCEPT, false, fake_secret); /* FreeRADIUS 3.2.1 */
	look();
	assert_false(radius_health(radius, 0, RADIUS_ACCESS).dead);
	ask();
	answered_by(&one, RADIUS_ACCESS_ACCEPT);
	assert_int_equal(heard.answers, 2);
	assert_int_equal(heard.calls, 2);
}

static void nobody_there_is_told_at_once(void **state)
{
	(void)state;
	fake_radius_stop(&one);
	fake_radius_stop(&two);
	ask();
	for (int i = 0; i < 3; i++)
		look();
	assert_int_equal(heard.calls, 1);
	assert_int_equal(heard.answers, 0);
	assert_int_equal(ask_for(RADIUS_ACCESS), -1);
	assert_int_equal(heard.calls, 1);
}

/* One request that a server does not like is no reason to leave it. */
static void one_unanswered_of_many_is_no_death(void **state)
{
	(void)state;
	ask();
	assert_true(fake_radius_take(&one));
	for (int i = 0; i < 3; i++) {
		ask();
		assert_true(fake_radius_take(&one));
		fake_radius_answer(&one, RADIUS_ACCESS_ACCEPT, true, fake_secret);
		pass(TIMEOUT);
		(void)fake_radius_take(&one);
	}
	assert_int_equal(heard.answers, 3);
	assert_false(radius_health(radius, 0, RADIUS_ACCESS).dead);
	assert_true(fake_radius_take(&two));
}

static void budget_ends_it(void **state)
{
	(void)state;
	ask();
	for (unsigned i = 0; i < 10 && !heard.calls; i++)
		pass(TIMEOUT);
	assert_int_equal(heard.calls, 1);
	assert_int_equal(heard.answers, 0);
	assert_true(radius_health(radius, 0, RADIUS_ACCESS).dead);
	assert_true(radius_health(radius, 1, RADIUS_ACCESS).dead);
}

static void cancelled_is_not_called(void **state)
{
	(void)state;
	ask();
	radius_cancel(radius, &heard);
	answered_by(&one, RADIUS_ACCESS_ACCEPT);
	assert_int_equal(heard.calls, 0);
}

static void closing_tells_all(void **state)
{
	(void)state;
	ask();
	ask();
	radius_close(radius);
	radius = NULL;
	assert_int_equal(heard.calls, 2);
	assert_int_equal(heard.answers, 0);
}

/* More at once than there are identifiers: the rest follows as answers come. */
static void a_storm(void **state)
{
	(void)state;
	for (int i = 0; i < 600; i++)
		ask();
	for (int i = 0; i < 20 && heard.answers < 600; i++) {
		while (fake_radius_take(&one))
			fake_radius_answer(&one, RADIUS_ACCESS_ACCEPT, true, fake_secret);
		pass(TIMEOUT / 4 + 1);
	}
	assert_int_equal(heard.answers, 600);
	assert_false(fake_radius_take(&two));
}

static void not_asked_for_that(void **state)
{
	struct radius_settings s = settings();

	(void)state;
	s.server[0].port[RADIUS_ACCOUNTING] = 0;
	begin_with(&s);
	assert_int_equal(ask_for(RADIUS_ACCOUNTING), 0);
	assert_false(fake_radius_take(&one));
	assert_true(fake_radius_take(&two));
	s.count = 1;
	begin_with(&s);
	heard.calls = 0;
	assert_int_equal(ask_for(RADIUS_ACCOUNTING), -1);
}

static int ask_alone(size_t server)
{
	struct radius_packet packet;
	struct err err;

	radius_begin(&packet, RADIUS_ACCESS_REQUEST, true);
	return radius_ask_server(radius, RADIUS_ACCESS, server, &packet, BUDGET, on_done, &heard,
				 now, &err);
}

/* What is meant for one server no other one gets, come what may. */
static void one_server_alone(void **state)
{
	(void)state;
	assert_int_equal(ask_alone(1), 0);
	assert_false(fake_radius_take(&one));
	answered_by(&two, RADIUS_ACCESS_ACCEPT);
	assert_int_equal(heard.answers, 1);
	assert_int_equal(ask_alone(0), 0);
	for (int i = 0; i < 3; i++)
		pass(TIMEOUT);
	assert_int_equal(heard.calls, 2);
	assert_int_equal(heard.answers, 1);
	assert_false(fake_radius_take(&two));
	assert_int_equal(ask_alone(0), -1); /* it is dead */
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(asked_and_answered),
		test(accounting_has_its_own_authenticator),
		test(lies_are_not_heard),
		test(unsigned_answers_if_they_may),
		test(sent_again),
		test(silent_one_is_left_out),
		test(killed_one_is_left_at_once),
		test(all_under_way_move_on),
		test(back_is_noticed),
		test(nobody_there_is_told_at_once),
		test(one_unanswered_of_many_is_no_death),
		test(budget_ends_it),
		test(cancelled_is_not_called),
		test(closing_tells_all),
		test(a_storm),
		test(not_asked_for_that),
		test(one_server_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
