/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the client does with a charon that behaves. */
#include "vici_fixture.h"

static void test_request_and_response(void **state)
{
	struct fixture *f = *state;
	struct tree *message = tree_new(f->arena);
	const struct vici_request r = { "load-shared", message, NULL, TIMEOUT, NULL, on_done, f };

	tree_bytes(f->arena, message, "data", "\0\1\xff", 3);
	assert_false(vici_wants_write(f->vici));
	assert_int_equal(vici_request(f->vici, &r, NOW, &f->err), 0);
	assert_true(vici_wants_write(f->vici));
	assert_true(tree_equal(charon_gets(f, VICI_CMD_REQUEST, "load-shared"), message));
	assert_false(vici_wants_write(f->vici));
	check_story(f, "");
	charon_says(f, VICI_CMD_RESPONSE, NULL, "x");
	assert_int_equal(ready(f), 0);
	check_story(f, "done(x) ");
	assert_true(vici_deadline(f->vici) == UINT64_MAX);
}

static void test_bytes_one_by_one(void **state)
{
	struct fixture *f = *state;
	cleanup_buf struct buf out = BUF_INIT;

	assert_int_equal(listen_for(f, "ike-updown"), 0);
	assert_int_equal(request(f, "list-sas", "list-sa"), 0);
	charon_gets(f, VICI_EVENT_REGISTER, "ike-updown");
	packet_of(&out, VICI_EVENT_CONFIRM, NULL, NULL);
	packet_of(&out, VICI_EVENT_CONFIRM, NULL, NULL);
	packet_of(&out, VICI_EVENT, "list-sa", "a");
	packet_of(&out, VICI_EVENT, "ike-updown", "up");
	packet_of(&out, VICI_EVENT, "list-sa", "b");
	packet_of(&out, VICI_CMD_RESPONSE, NULL, "r");
	packet_of(&out, VICI_EVENT_CONFIRM, NULL, NULL);
	for (size_t i = 0; i < out.len; i++) {
		charon_writes(f, out.data + i, 1);
		assert_int_equal(ready(f), 0);
	}
	check_story(f, "list-sa(a) ike-updown(up) list-sa(b) done(r) ");
	assert_true(vici_deadline(f->vici) == UINT64_MAX);
}

static void test_partial_writes(void **state)
{
	struct fixture *f = *state;
	const int small = 1;
	static char bytes[VICI_VALUE_MAX];
	struct tree *message = tree_new(f->arena);
	const struct vici_request r = { "load-cert", message, NULL, TIMEOUT, NULL, on_done, f };
	struct vici_packet packet;
	int rounds = 0;

	assert_int_equal(setsockopt(vici_fd(f->vici), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)),
			 0);
	for (int i = 0; i < 7; i++) {
		memset(bytes, 'a' + i, sizeof(bytes));
		tree_bytes(f->arena, message, "data", bytes, sizeof(bytes));
	}
	assert_int_equal(vici_request(f->vici, &r, NOW, &f->err), 0);
	while (vici_reader_next(&f->reader, f->arena, &packet, &f->err) == 0) {
		assert_int_equal(ready(f), 0);
		charon_reads(f, 997);
		rounds++;
	}
	assert_true(rounds > 400);
	assert_true(tree_equal(packet.message, message));
	assert_false(vici_wants_write(f->vici));
}

static void test_stream(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(request(f, "list-sas", "list-sa"), 0);
	charon_gets(f, VICI_EVENT_REGISTER, "list-sa");
	charon_gets(f, VICI_CMD_REQUEST, "list-sas");
	charon_gets(f, VICI_EVENT_UNREGISTER, "list-sa");
	charon_says(f, VICI_EVENT_CONFIRM, NULL, NULL);
	charon_says(f, VICI_EVENT, "list-sa", "1");
	charon_says(f, VICI_EVENT, "someone-elses", "2");
	charon_says(f, VICI_EVENT, "list-sa", "3");
	assert_int_equal(ready(f), 0);
	check_story(f, "list-sa(1) list-sa(3) ");
	charon_says(f, VICI_CMD_RESPONSE, NULL, "end");
	charon_says(f, VICI_EVENT, "list-sa", "late");
	assert_int_equal(ready(f), 0);
	check_story(f, "done(end) ");
	assert_true(vici_deadline(f->vici) == NOW + TIMEOUT);
	charon_says(f, VICI_EVENT_CONFIRM, NULL, NULL);
	assert_int_equal(ready(f), 0);
	assert_true(vici_deadline(f->vici) == UINT64_MAX);
	check_story(f, "");
}

static void test_pipeline(void **state)
{
	struct fixture *f = *state;
	cleanup_buf struct buf expected = BUF_INIT;
	char text[16];

	for (int i = 0; i < 100; i++)
		assert_int_equal(request(f, "load-conn", i % 3 ? NULL : "log"), 0);
	for (int i = 0; i < 100; i++) {
		(void)snprintf(text, sizeof(text), "%d", i);
		buf_printf(&expected, i % 3 ? "done(%d) " : "log() done(%d) ", i);
		if (i % 3 == 0) {
			charon_gets(f, VICI_EVENT_REGISTER, "log");
			charon_says(f, VICI_EVENT_CONFIRM, NULL, NULL);
			charon_says(f, VICI_EVENT, "log", NULL);
		}
		charon_gets(f, VICI_CMD_REQUEST, "load-conn");
		charon_says(f, VICI_CMD_RESPONSE, NULL, text);
		if (i % 3 == 0) {
			charon_gets(f, VICI_EVENT_UNREGISTER, "log");
			charon_says(f, VICI_EVENT_CONFIRM, NULL, NULL);
		}
	}
	assert_int_equal(ready(f), 0);
	check_story(f, buf_text(&expected));
}

static void test_listen(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(vici_listening(f->vici, "ike-updown"), VICI_LISTEN_NONE);
	assert_int_equal(listen_for(f, "ike-updown"), 0);
	assert_int_equal(listen_for(f, "ike-update"), 0);
	charon_gets(f, VICI_EVENT_REGISTER, "ike-updown");
	charon_gets(f, VICI_EVENT_REGISTER, "ike-update");
	assert_int_equal(vici_listening(f->vici, "ike-updown"), VICI_LISTEN_PENDING);
	assert_true(vici_deadline(f->vici) == NOW + TIMEOUT);
	charon_says(f, VICI_EVENT, "ike-updown", "before"); /* charon's threads may do that */
	charon_says(f, VICI_EVENT_CONFIRM, NULL, NULL);
	charon_says(f, VICI_EVENT, "ike-updown", "after");
	charon_says(f, VICI_EVENT_UNKNOWN, NULL, NULL);
	assert_int_equal(ready(f), 0);
	check_story(f, "ike-updown(before) ike-updown(after) ");
	assert_int_equal(vici_listening(f->vici, "ike-updown"), VICI_LISTEN_ON);
	assert_int_equal(vici_listening(f->vici, "ike-update"), VICI_LISTEN_REFUSED);
	assert_true(vici_deadline(f->vici) == UINT64_MAX);
}

static void test_event_registered_twice(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(listen_for(f, "log"), 0);
	assert_int_equal(listen_for(f, "log"), -1);
	assert_int_equal(request(f, "initiate", "log"), -1);
	assert_int_equal(request(f, "list-sas", "list-sa"), 0);
	assert_int_equal(request(f, "list-sas", "list-sa"), 0);
	assert_int_equal(listen_for(f, "list-sa"), -1);
	assert_int_equal(f->err.code, ERR_INTERNAL);
	assert_int_equal(ready(f), 0);
}

static void test_answer_at_the_last_moment(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(request(f, "stats", NULL), 0);
	charon_says(f, VICI_CMD_RESPONSE, NULL, "ok");
	assert_int_equal(vici_ready(f->vici, NOW + 10 * TIMEOUT, &f->err), 0);
	check_story(f, "done(ok) ");
}

static void test_deadline_does_not_wrap(void **state)
{
	struct fixture *f = *state;
	const struct vici_request r = { "stats", NULL, NULL, 100, NULL, on_done, f };

	assert_int_equal(vici_request(f->vici, &r, UINT64_MAX - 5, &f->err), 0);
	assert_int_equal(vici_ready(f->vici, UINT64_MAX - 1, &f->err), 0);
}

static void on_done_again(void *user, const struct tree *response, const struct err *why)
{
	struct fixture *f = user;
	const struct vici_request r = { "more",  NULL,     f->again % 2 ? "log" : NULL,
					TIMEOUT, on_event, on_done_again,
					f };
	struct err err;

	on_done(user, response, why);
	if (f->again == 0)
		return;
	f->again--;
	buf_printf(&f->story, "%s ", vici_request(f->vici, &r, NOW, &err) ? "refused" : "asked");
}

static void test_requests_from_callbacks(void **state)
{
	struct fixture *f = *state;
	const struct vici_request r = { "first", NULL, NULL, TIMEOUT, NULL, on_done_again, f };

	f->again = 2;
	assert_int_equal(vici_request(f->vici, &r, NOW, &f->err), 0);
	charon_gets(f, VICI_CMD_REQUEST, "first");
	charon_says(f, VICI_CMD_RESPONSE, NULL, "1");
	charon_gets(f, VICI_CMD_REQUEST, "more");
	charon_says(f, VICI_CMD_RESPONSE, NULL, "2");
	charon_gets(f, VICI_EVENT_REGISTER, "log");
	charon_says(f, VICI_EVENT_CONFIRM, NULL, NULL);
	charon_says(f, VICI_CMD_RESPONSE, NULL, "3");
	charon_says(f, VICI_EVENT_CONFIRM, NULL, NULL);
	assert_int_equal(ready(f), 0);
	check_story(f, "done(1) asked done(2) asked done(3) ");
}

static void test_success(void **state)
{
	struct fixture *f = *state;
	struct tree *response = tree_new(f->arena);

	assert_int_equal(vici_success(response, &f->err), 0);
	tree_value(f->arena, response, "success", "yes");
	assert_int_equal(vici_success(response, &f->err), 0);

	response = tree_new(f->arena);
	tree_section(f->arena, response, "success");
	assert_int_equal(vici_success(response, &f->err), -1);

	response = tree_new(f->arena);
	tree_value(f->arena, response, "success", "no");
	assert_int_equal(vici_success(response, &f->err), -1);
	assert_string_equal(f->err.text, "charon refused: no reason given");
	tree_value(f->arena, response, "errmsg", "bad\n\x1b[31mthing\xff");
	assert_int_equal(vici_success(response, &f->err), -1);
	assert_string_equal(f->err.text, "charon refused: bad??[31mthing?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VICI_TEST(test_request_and_response),
		VICI_TEST(test_bytes_one_by_one),
		VICI_TEST(test_partial_writes),
		VICI_TEST(test_stream),
		VICI_TEST(test_pipeline),
		VICI_TEST(test_listen),
		VICI_TEST(test_event_registered_twice),
		VICI_TEST(test_answer_at_the_last_moment),
		VICI_TEST(test_deadline_does_not_wrap),
		VICI_TEST(test_requests_from_callbacks),
		VICI_TEST(test_success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
