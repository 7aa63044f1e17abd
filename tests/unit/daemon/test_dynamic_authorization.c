/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Orders of servers: carried out once, of the policy's servers only, and answered. */
#include "unit.h"

#include "daemon/replays.h"
#include "drive/radius_order.h"
#include "radius_world.h"

static int client; /* where orders come from */
static struct radius_packet order;
static uint8_t answer[RADIUS_PACKET_MAX];
static struct radius_view view; /* of the answer */

static void listen_somewhere(void)
{
	struct fake_radius other;

	fake_radius_open(&other); /* a port that is free */
	policy.radius.dynamic_authorization = true;
	policy.radius.dynamic_authorization_port = other.port;
	fake_radius_stop(&other);
	dynamic_authorization_follow(gateway.dynamic_authorization);
}

static void speak_from(uint32_t address)
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_port = htons(
					    (uint16_t)policy.radius.dynamic_authorization_port),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	if (client >= 0)
		close(client);
	client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(client, (const struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(connect(client, (const struct sockaddr *)&to, sizeof(to)), 0);
}

static int setup(void **state)
{
	if (world_make(state) < 0)
		return -1;
	client = -1;
	listen_somewhere();
	speak_from(INADDR_LOOPBACK);
	connect_client(gateway.sessions, 0, 1, "alice");
	connect_client(gateway.sessions, 0, 2, "alice");
	(void)drain(gateway.sessions);
	return 0;
}

static int teardown(void **state)
{
	close(client);
	return world_free(state);
}

static const char *id_of(uint32_t slot)
{
	return session_by_slot(gateway.sessions, slot)->id;
}

static enum session_state state_of(uint32_t slot)
{
	return session_by_slot(gateway.sessions, slot)->state;
}

static void begin(enum radius_code code)
{
	radius_begin(&order, code, true);
}

static void dated(int64_t seconds)
{
	radius_put_u32(&order, RADIUS_EVENT_TIMESTAMP, (uint32_t)(time(NULL) + seconds));
}

static void say(struct radius_secret secret)
{
	radius_finish_request(&order, 9, secret);
	assert_int_equal(send(client, order.data, order.len, 0), order.len);
}

/* The answer's code; 0 = there is none. */
static uint8_t heard(void)
{
	ssize_t len;

	for (int i = 0; i < 3; i++)
		(void)sd_event_run(gateway.loop, 20000);
	len = recv(client, answer, sizeof(answer), 0);
	if (len < 0)
		return 0;
	assert_true(radius_read(&view, answer, (size_t)len));
	assert_int_equal(view.id, 9);
	assert_int_equal(radius_check_reply(&view, radius_authenticator(&order), fake_secret),
			 RADIUS_PROVEN);
	return view.code;
}

static uint8_t asked(void)
{
	say(fake_secret);
	return heard();
}

static uint32_t cause(void)
{
	struct radius_attribute attribute = { 0 };
	uint32_t value = 0;

	while (radius_next(&view, &attribute)) {
		if (attribute.type == RADIUS_ERROR_CAUSE)
			assert_true(radius_u32(&attribute, &value));
	}
	return value;
}

static void ended_by_its_id(void **state)
{
	struct radius_attribute attribute = { 0 };
	bool has_state = false;

	(void)state;
	begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&order, RADIUS_ACCT_SESSION_ID, id_of(1));
	radius_put_text(&order, RADIUS_PROXY_STATE, "by proxy");
	assert_int_equal(asked(), RADIUS_DISCONNECT_ACK);
	while (radius_next(&view, &attribute))
		has_state |=
		    attribute.type == RADIUS_PROXY_STATE && !memcmp(attribute.value, "by proxy", 8);
	assert_true(has_state);
	assert_int_equal(state_of(1), SESSION_CLOSING);
	assert_int_equal(session_by_slot(gateway.sessions, 1)->reason, SESSION_RADIUS_ENDED);
	assert_int_equal(state_of(2), SESSION_UP);
}

static void all_of_a_user(void **state)
{
	(void)state;
	begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&order, RADIUS_USER_NAME, "alice");
	dated(0);
	assert_int_equal(asked(), RADIUS_DISCONNECT_ACK);
	assert_int_equal(state_of(1), SESSION_CLOSING);
	assert_int_equal(state_of(2), SESSION_CLOSING);
}

static void strangers_are_not_heard(void **state)
{
	static const struct radius_secret other = { "another", 7 };

	(void)state;
	begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&order, RADIUS_ACCT_SESSION_ID, id_of(1));
	dated(0);
	say(other);
	assert_int_equal(heard(), 0);
	radius_finish_request(&order, 9, fake_secret);
	order.data[order.len - 1] ^= 1;
	assert_int_equal(send(client, order.data, order.len, 0), order.len);
	assert_int_equal(heard(), 0);
	assert_int_equal(send(client, "\x28\x09\x00", 3, 0), 3);
	assert_int_equal(send(client, "", 0, 0), 0);
	assert_int_equal(heard(), 0);
	speak_from(INADDR_LOOPBACK + 1);
	assert_int_equal(asked(), 0);
	assert_int_equal(state_of(1), SESSION_UP);
	/* Other packets are not for this port, even of a server. */
	speak_from(INADDR_LOOPBACK);
	begin(RADIUS_ACCOUNTING_REQUEST);
	radius_put_text(&order, RADIUS_ACCT_SESSION_ID, id_of(1));
	assert_int_equal(asked(), 0);
}

static void too_old_or_too_new(void **state)
{
	static const int64_t wrong[] = { -301, -86400, 302, 86400 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		begin(RADIUS_DISCONNECT_REQUEST);
		radius_put_text(&order, RADIUS_ACCT_SESSION_ID, id_of(1));
		dated(wrong[i]);
		assert_int_equal(asked(), 0);
	}
	begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&order, RADIUS_USER_NAME, "alice");
	assert_int_equal(asked(), RADIUS_DISCONNECT_NAK);
	assert_int_equal(cause(), RADIUS_MISSING_ATTRIBUTE);
	assert_int_equal(state_of(1), SESSION_UP);
	policy.radius.require_event_timestamp = false;
	radius_put_text(&order, RADIUS_REPLY_MESSAGE, "another request");
	assert_int_equal(asked(), RADIUS_DISCONNECT_ACK);
}

/* What comes again is answered again, and that is all. */
static void replayed(void **state)
{
	uint8_t first[RADIUS_PACKET_MAX];
	size_t len;

	(void)state;
	begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&order, RADIUS_USER_NAME, "alice");
	dated(0);
	assert_int_equal(asked(), RADIUS_DISCONNECT_ACK);
	len = view.len;
	memcpy(first, answer, len);
	ended(gateway.sessions, 1000, 501, SESSION_EXITED, 5);
	(void)drain(gateway.sessions);
	unsecure(gateway.sessions, 2000, 1);
	connect_client(gateway.sessions, 3000, 1, "alice");
	(void)drain(gateway.sessions);
	assert_int_equal(send(client, order.data, order.len, 0), order.len);
	assert_int_equal(heard(), RADIUS_DISCONNECT_ACK);
	assert_int_equal(view.len, len);
	assert_memory_equal(first, answer, len);
	assert_int_equal(state_of(1), SESSION_UP);
}

/* All places are taken by orders of which none has to be forgotten yet. */
static void more_than_can_be_remembered(void **state)
{
	char id[SESSION_ID_MAX];

	(void)state;
	for (unsigned i = 0; i < REPLAYS_MAX; i++) {
		begin(RADIUS_DISCONNECT_REQUEST);
		(void)snprintf(id, sizeof(id), "no-%u", i);
		radius_put_text(&order, RADIUS_ACCT_SESSION_ID, id);
		say(fake_secret);
		(void)sd_event_run(gateway.loop, 1000000);
		assert_true(recv(client, answer, sizeof(answer), 0) > 0);
	}
	begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&order, RADIUS_ACCT_SESSION_ID, id_of(1));
	assert_int_equal(asked(), RADIUS_DISCONNECT_NAK);
	assert_int_equal(cause(), RADIUS_NO_RESOURCES);
	assert_int_equal(state_of(1), SESSION_UP);
}

/* A life later nobody remembers it, but it is older than that life. */
static void replayed_after_a_restart(void **state)
{
	(void)state;
	begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&order, RADIUS_USER_NAME, "alice");
	dated(0);
	gateway.started = (int64_t)time(NULL) + 1;
	assert_int_equal(asked(), 0);
	assert_int_equal(state_of(1), SESSION_UP);
	begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&order, RADIUS_USER_NAME, "alice");
	dated(3);
	assert_int_equal(asked(), RADIUS_DISCONNECT_ACK);
}

static void all_that_is_said_has_to_fit(void **state)
{
	static const struct {
		uint8_t type;
		const char *text;
		uint32_t number;
		enum radius_cause cause;
	} rows[] = {
		{ RADIUS_USER_NAME, "bob", 0, RADIUS_NO_SESSION },
		{ RADIUS_CALLING_STATION_ID, "203.0.113.2", 0, RADIUS_NO_SESSION },
		{ RADIUS_FRAMED_IP_ADDRESS, NULL, POOL + 99, RADIUS_NO_SESSION },
		{ RADIUS_NAS_PORT, NULL, 3, RADIUS_NO_SESSION },
		{ RADIUS_NAS_IDENTIFIER, "another", 0, RADIUS_NAS_MISMATCH },
		{ RADIUS_NAS_IP_ADDRESS, NULL, 1, RADIUS_NAS_MISMATCH },
		{ RADIUS_SERVICE_TYPE, NULL, 17, RADIUS_UNSUPPORTED_SERVICE },
		{ RADIUS_SERVICE_TYPE, NULL, 6, RADIUS_UNSUPPORTED_SERVICE },
		{ RADIUS_STATE, "x", 0, RADIUS_UNSUPPORTED_ATTRIBUTE },
		{ RADIUS_SESSION_TIMEOUT, NULL, 60, RADIUS_UNSUPPORTED_ATTRIBUTE },
		{ RADIUS_USER_NAME, "a\x1b[2J", 0, RADIUS_INVALID_VALUE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(RADIUS_DISCONNECT_REQUEST);
		radius_put_text(&order, RADIUS_ACCT_SESSION_ID, id_of(1));
		dated(0);
		if (rows[i].text)
			radius_put_text(&order, rows[i].type, rows[i].text);
		else
			radius_put_u32(&order, rows[i].type, rows[i].number);
		assert_int_equal(asked(), RADIUS_DISCONNECT_NAK);
		assert_int_equal(cause(), rows[i].cause);
		assert_int_equal(state_of(1), SESSION_UP);
	}
	begin(RADIUS_DISCONNECT_REQUEST);
	dated(0);
	assert_int_equal(asked(), RADIUS_DISCONNECT_NAK);
	assert_int_equal(cause(), RADIUS_MISSING_ATTRIBUTE);
	begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&order, RADIUS_ACCT_SESSION_ID, id_of(1));
	radius_put_text(&order, RADIUS_USER_NAME, "alice");
	radius_put_text(&order, RADIUS_CALLING_STATION_ID, "203.0.113.1");
	radius_put_text(&order, RADIUS_NAS_IDENTIFIER, "gw");
	radius_put_u32(&order, RADIUS_NAS_IP_ADDRESS, 0x0a000001);
	radius_put_u32(&order, RADIUS_NAS_PORT, 1);
	assert_int_equal(asked(), RADIUS_DISCONNECT_ACK);
}

static void let_in_by_radius(uint32_t slot)
{
	((struct session *)(uintptr_t)session_by_slot(gateway.sessions, slot))->terms.source =
	    TERMS_RADIUS;
}

/* If one of those that are meant cannot be changed, none is (RFC 5176, 3). */
static void all_are_changed_or_none(void **state)
{
	(void)state;
	let_in_by_radius(1);
	begin(RADIUS_COA_REQUEST);
	radius_put_text(&order, RADIUS_USER_NAME, "alice");
	radius_put_u32(&order, RADIUS_SESSION_TIMEOUT, 60);
	dated(0);
	assert_int_equal(asked(), RADIUS_COA_NAK);
	assert_int_equal(cause(), RADIUS_PROHIBITED);
	assert_int_equal(session_by_slot(gateway.sessions, 1)->terms.session_timeout, 0);
	let_in_by_radius(2);
	radius_put_u32(&order, RADIUS_IDLE_TIMEOUT, 30);
	assert_int_equal(asked(), RADIUS_COA_ACK);
	assert_int_equal(session_by_slot(gateway.sessions, 1)->terms.session_timeout, 60);
	assert_int_equal(session_by_slot(gateway.sessions, 2)->terms.session_timeout, 60);
	begin(RADIUS_COA_REQUEST);
	radius_put_text(&order, RADIUS_USER_NAME, "bob");
	radius_put_u32(&order, RADIUS_SESSION_TIMEOUT, 60);
	dated(0);
	assert_int_equal(asked(), RADIUS_COA_NAK);
	assert_int_equal(cause(), RADIUS_NO_SESSION);
}

static void changes_are_of_those_it_let_in(void **state)
{
	(void)state;
	begin(RADIUS_COA_REQUEST);
	radius_put_text(&order, RADIUS_ACCT_SESSION_ID, id_of(1));
	radius_put_u32(&order, RADIUS_SESSION_TIMEOUT, 60);
	dated(0);
	assert_int_equal(asked(), RADIUS_COA_NAK);
	assert_int_equal(cause(), RADIUS_PROHIBITED);
	let_in_by_radius(1);
	radius_put_u32(&order, RADIUS_IDLE_TIMEOUT, 30);
	assert_int_equal(asked(), RADIUS_COA_ACK);
	assert_int_equal(session_by_slot(gateway.sessions, 1)->terms.session_timeout, 60);
	assert_int_equal(session_by_slot(gateway.sessions, 1)->terms.idle_timeout, 30);
	assert_int_equal(session_by_slot(gateway.sessions, 2)->terms.session_timeout, 0);
	radius_put_text(&order, RADIUS_FILTER_ID, "nobody");
	assert_int_equal(asked(), RADIUS_COA_NAK);
	assert_int_equal(cause(), RADIUS_INVALID_VALUE);
	/* Without a date only an end is safe from being replayed. */
	begin(RADIUS_COA_REQUEST);
	radius_put_text(&order, RADIUS_ACCT_SESSION_ID, id_of(1));
	radius_put_u32(&order, RADIUS_SESSION_TIMEOUT, 60);
	assert_int_equal(asked(), RADIUS_COA_NAK);
	assert_int_equal(cause(), RADIUS_MISSING_ATTRIBUTE);
}

static void nobody_listens_unless_the_policy_says_so(void **state)
{
	(void)state;
	policy.radius.dynamic_authorization = false;
	dynamic_authorization_follow(gateway.dynamic_authorization);
	begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&order, RADIUS_ACCT_SESSION_ID, id_of(1));
	radius_finish_request(&order, 9, fake_secret);
	assert_int_equal(send(client, order.data, order.len, 0), order.len);
	assert_int_equal(recv(client, answer, sizeof(answer), 0), -1);
	assert_int_equal(errno, ECONNREFUSED);
	listen_somewhere();
	speak_from(INADDR_LOOPBACK);
	assert_int_equal(asked(), RADIUS_DISCONNECT_ACK);
}

/* The port is somebody else's for a while. */
static void a_port_that_is_taken_is_told_and_tried_again(void **state)
{
	struct fake_radius other;

	(void)state;
	fake_radius_open(&other);
	policy.radius.dynamic_authorization_port = other.port;
	dynamic_authorization_follow(gateway.dynamic_authorization);
	assert_non_null(strstr(dynamic_authorization_problem(gateway.dynamic_authorization),
			       "Address already in use"));
	fake_radius_stop(&other);
	turn_until(!*dynamic_authorization_problem(gateway.dynamic_authorization));
	speak_from(INADDR_LOOPBACK);
	begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&order, RADIUS_ACCT_SESSION_ID, id_of(1));
	assert_int_equal(asked(), RADIUS_DISCONNECT_ACK);
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(ended_by_its_id),
		test(all_of_a_user),
		test(strangers_are_not_heard),
		test(too_old_or_too_new),
		test(replayed),
		test(more_than_can_be_remembered),
		test(replayed_after_a_restart),
		test(all_that_is_said_has_to_fit),
		test(all_are_changed_or_none),
		test(changes_are_of_those_it_let_in),
		test(nobody_listens_unless_the_policy_says_so),
		test(a_port_that_is_taken_is_told_and_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
