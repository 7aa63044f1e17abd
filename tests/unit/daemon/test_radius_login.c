/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A login as a server is asked about it, and what is made of its answer. */
#include "unit.h"

#include "radius_world.h"

#define SUCCESS "S=407A5589115FD0D6209F510FE9C04566932CDA56"

static struct radius_login login;
static unsigned done;

static void on_done(void *user)
{
	(void)user;
	done++;
}

static int setup(void **state)
{
	if (world_make(state) < 0)
		return -1;
	login = (struct radius_login){ .gateway = &gateway, .on_done = on_done };
	done = 0;
	secure(gateway.sessions, 0, 1);
	(void)drain(gateway.sessions);
	return 0;
}

static bool ask_about(uint8_t flags)
{
	static struct mschap_proof proof;
	const struct session_request request = { .vip = fabric_vip(1),
						 .pppd = pid_of(1),
						 .user = "zoe",
						 .auth = "mschapv2",
						 .proof = &proof };

	proof = proof_with("zoe", "looking-glass");
	proof.flags = flags;
	return radius_login_ask(&login, &request);
}

static void send_answer(struct radius_packet *packet)
{
	radius_finish_reply(packet, fake.request.id, fake.request.authenticator, fake_secret);
	fake_radius_send(&fake, packet->data, packet->len);
	turn_until(done == 1);
	assert_false(login.asking);
}

static void answer_with(enum radius_code code, const char *success, const char *group)
{
	struct radius_packet packet;

	radius_begin(&packet, code, true);
	if (success)
		radius_put_vendor(&packet, RADIUS_MICROSOFT, RADIUS_MS_CHAP2_SUCCESS, success,
				  strlen(success));
	radius_put_text(&packet, RADIUS_FILTER_ID, group);
	radius_put(&packet, RADIUS_CLASS, "\xab\xcd", 2);
	send_answer(&packet);
}

static void what_the_server_is_told(void **state)
{
	struct radius_attribute attribute = { 0 };
	struct mschap_proof proof = proof_with("zoe", "looking-glass");
	unsigned found = 0;

	(void)state;
	assert_true(ask_about(0));
	turn_until(fake_radius_take(&fake));
	assert_int_equal(fake.request.code, RADIUS_ACCESS_REQUEST);
	assert_said_text(RADIUS_USER_NAME, "zoe");
	assert_said_text(RADIUS_CALLING_STATION_ID, "203.0.113.1");
	assert_said_text(RADIUS_NAS_IDENTIFIER, "gw");
	assert_said_text(RADIUS_NAS_PORT_ID, "l2tpgw1");
	assert_said_text(RADIUS_ACCT_SESSION_ID, session_by_slot(gateway.sessions, 1)->id);
	assert_int_equal(said_number(RADIUS_SERVICE_TYPE), 2);
	assert_int_equal(said_number(RADIUS_FRAMED_PROTOCOL), 1);
	while (radius_next(&fake.request, &attribute)) {
		if (attribute.vendor != RADIUS_MICROSOFT)
			continue;
		found++;
		if (attribute.type == RADIUS_MS_CHAP_CHALLENGE) {
			assert_int_equal(attribute.len, 16);
			assert_memory_equal(attribute.value, proof.challenge, 16);
			continue;
		}
		assert_int_equal(attribute.type, RADIUS_MS_CHAP2_RESPONSE);
		assert_int_equal(attribute.len, 50);
		assert_memory_equal(attribute.value + 2, proof.peer_challenge, 16);
		assert_memory_equal(attribute.value + 26, proof.response, 24);
	}
	assert_int_equal(found, 2);
}

static void accepted(void **state)
{
	(void)state;
	assert_true(ask_about(0));
	turn_until(fake_radius_take(&fake));
	answer_with(RADIUS_ACCESS_ACCEPT, "\7" SUCCESS, "staff");
	assert_int_equal(login.said.said, SESSION_RADIUS_ACCEPT);
	assert_string_equal(login.said.message, SUCCESS " M=Access granted");
	assert_string_equal(login.said.terms.group, "staff");
	assert_string_equal(login.said.terms.class, "1904abcd");
}

static void accepted_by_a_client_with_flags(void **state)
{
	(void)state;
	assert_true(ask_about(4));
	turn_until(fake_radius_take(&fake));
	answer_with(RADIUS_ACCESS_ACCEPT, "\7" SUCCESS, "staff");
	assert_string_equal(login.said.message, SUCCESS);
}

static void refused(void **state)
{
	static const enum radius_code codes[] = { RADIUS_ACCESS_REJECT, RADIUS_ACCESS_CHALLENGE };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		done = 0;
		assert_true(ask_about(0));
		turn_until(fake_radius_take(&fake));
		answer_with(codes[i], "\7" SUCCESS, "staff");
		assert_int_equal(login.said.said, SESSION_RADIUS_REJECT);
	}
}

static void put_error(struct radius_packet *packet, const char *error)
{
	radius_put_vendor(packet, RADIUS_MICROSOFT, RADIUS_MS_CHAP_ERROR, error, strlen(error));
}

/* Only a wrong password is a guess at it; other reasons would ban those who dial again. */
static void what_counts_as_a_guess(void **state)
{
	static const struct {
		enum radius_code code;
		const char *error, *message;
		bool guess;
	} rows[] = {
		{ RADIUS_ACCESS_REJECT, NULL, "", true },
		{ RADIUS_ACCESS_REJECT, "\7E=691 R=1 C=0 V=3 M=no", "", true },
		{ RADIUS_ACCESS_REJECT, "\7E=0000000691 R=0", "Wrong password", true },
		{ RADIUS_ACCESS_REJECT, "E=691", "", true },
		{ RADIUS_ACCESS_REJECT, "\7E=", "", true },
		{ RADIUS_ACCESS_REJECT, "", "", true },
		{ RADIUS_ACCESS_REJECT, "\7E=691", "Try again", true },
		{ RADIUS_ACCESS_REJECT, NULL, "You are already logged in - access denied", false },
		{ RADIUS_ACCESS_REJECT, "\7E=649 R=0", "", false },
		{ RADIUS_ACCESS_REJECT, "\7E=646", "\x1b[2J", false },
		{ RADIUS_ACCESS_REJECT, "\7E=6910", "", false },
		{ RADIUS_ACCESS_CHALLENGE, NULL, "Token?", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct radius_packet packet;

		done = 0;
		assert_true(ask_about(0));
		turn_until(fake_radius_take(&fake));
		radius_begin(&packet, rows[i].code, true);
		if (rows[i].error)
			put_error(&packet, rows[i].error);
		radius_put_text(&packet, RADIUS_REPLY_MESSAGE, rows[i].message);
		send_answer(&packet);
		assert_int_equal(login.said.said, SESSION_RADIUS_REJECT);
		assert_int_equal(login.said.guess, rows[i].guess);
	}
}

/* Whoever cannot show that it has the password is no server that knows the user. */
static void accepted_without_proof(void **state)
{
	static const char *const proofs[] = { NULL, "\7", "\7S=", "\7" SUCCESS "0" };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		done = 0;
		assert_true(ask_about(0));
		turn_until(fake_radius_take(&fake));
		answer_with(RADIUS_ACCESS_ACCEPT, proofs[i], "staff");
		assert_int_equal(login.said.said, SESSION_RADIUS_MALFORMED);
	}
}

static void nobody_answers(void **state)
{
	(void)state;
	fake_radius_stop(&fake);
	assert_true(ask_about(0));
	turn_until(done == 1);
	assert_int_equal(login.said.said, SESSION_RADIUS_SILENT);
	assert_false(ask_about(0));
	assert_int_equal(login.said.said, SESSION_RADIUS_SILENT);
	assert_int_equal(done, 1);
}

static void cancelled(void **state)
{
	(void)state;
	assert_true(ask_about(0));
	turn_until(fake_radius_take(&fake));
	radius_login_cancel(&login);
	fake_radius_answer(&fake, RADIUS_ACCESS_REJECT, true, fake_secret);
	for (int i = 0; i < 5; i++)
		(void)sd_event_run(gateway.loop, 20000);
	assert_int_equal(done, 0);
}

/* Another policy: whoever waits for the servers of the old one is told. */
static void other_servers(void **state)
{
	json_t *status;

	(void)state;
	assert_true(ask_about(0));
	server.secret_len--;
	radius_link_follow(gateway.radius);
	assert_int_equal(done, 1);
	assert_int_equal(login.said.said, SESSION_RADIUS_SILENT);
	status = radius_link_status(gateway.radius);
	assert_int_equal(json_array_size(status), 1);
	json_decref(status);
	policy.radius.servers_count = 0;
	radius_link_follow(gateway.radius);
	assert_false(ask_about(0));
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, world_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(what_the_server_is_told),
		test(accepted),
		test(accepted_by_a_client_with_flags),
		test(refused),
		test(what_counts_as_a_guess),
		test(accepted_without_proof),
		test(nobody_answers),
		test(cancelled),
		test(other_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
