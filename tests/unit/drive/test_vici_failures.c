/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the client does with a charon that does not behave, and with requests it must refuse. */
#include "vici_fixture.h"

static void test_unknown_command_and_stream(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(request(f, "dance", NULL), 0);
	assert_int_equal(request(f, "list-moons", "list-moon"), 0);
	assert_int_equal(request(f, "list-suns", "list-sun"), 0);
	assert_int_equal(request(f, "version", NULL), 0);
	assert_int_equal(ready(f), 0);
	charon_says(f, VICI_CMD_UNKNOWN, NULL, NULL);
	charon_says(f, VICI_EVENT_UNKNOWN, NULL, NULL);
	charon_says(f, VICI_CMD_UNKNOWN, NULL, NULL);
	charon_says(f, VICI_EVENT_UNKNOWN, NULL, NULL);
	charon_says(f, VICI_EVENT_CONFIRM, NULL, NULL);
	charon_says(f, VICI_CMD_UNKNOWN, NULL, NULL);
	charon_says(f, VICI_EVENT_CONFIRM, NULL, NULL);
	charon_says(f, VICI_CMD_RESPONSE, NULL, "6");
	assert_int_equal(ready(f), 0);
	check_story(f, "failed(charon has no command \"dance\") "
		       "failed(charon has no event \"list-moon\") "
		       "failed(charon has no command \"list-suns\") done(6) ");
	assert_true(vici_deadline(f->vici) == UINT64_MAX);
}

static void check_dead(struct fixture *f, const char *why)
{
	assert_non_null(strstr(f->err.text, why));
	assert_int_equal(f->err.code, ERR_UNREACHABLE);
	buf_free(&f->story);
	f->err.text[0] = '\0';
	assert_int_equal(ready(f), -1);
	assert_non_null(strstr(f->err.text, why));
	assert_int_equal(request(f, "version", NULL), -1);
	assert_int_equal(listen_for(f, "log"), -1);
	assert_false(vici_wants_write(f->vici));
	assert_true(vici_deadline(f->vici) == UINT64_MAX);
	vici_close(f->vici);
	f->vici = NULL;
	check_story(f, "");
}

static void test_timeout(void **state)
{
	struct fixture *f = *state;
	const struct vici_request quick = { "stats", NULL, NULL, 100, NULL, on_done, f };

	assert_int_equal(request(f, "list-sas", "list-sa"), 0);
	assert_int_equal(vici_request(f->vici, &quick, NOW + 50, &f->err), 0);
	assert_int_equal(listen_for(f, "log"), 0);
	assert_true(vici_deadline(f->vici) == NOW + 150);
	assert_int_equal(vici_ready(f->vici, NOW + 149, &f->err), 0);
	check_story(f, "");
	assert_int_equal(vici_ready(f->vici, NOW + 150, &f->err), -1);
	check_story(f, "failed(charon did not answer \"stats\" in time) "
		       "failed(charon did not answer \"stats\" in time) ");
	check_dead(f, "\"stats\" in time");
}

static void test_charon_goes_away(void **state)
{
	struct fixture *f = *state;
	cleanup_buf struct buf out = BUF_INIT;

	assert_int_equal(request(f, "version", NULL), 0);
	assert_int_equal(request(f, "list-sas", "list-sa"), 0);
	assert_int_equal(request(f, "stats", NULL), 0);
	charon_gets(f, VICI_CMD_REQUEST, "version");
	packet_of(&out, VICI_CMD_RESPONSE, NULL, "6");
	packet_of(&out, VICI_EVENT_CONFIRM, NULL, NULL);
	packet_of(&out, VICI_EVENT, "list-sa", "half");
	charon_writes(f, out.data, out.len - 1);
	close(f->peer);
	f->peer = -1;
	assert_int_equal(ready(f), -1);
	check_story(f, "done(6) failed(charon closed the connection) "
		       "failed(charon closed the connection) ");
	check_dead(f, "charon closed the connection");
}

static void test_charon_is_gone_before_the_request(void **state)
{
	struct fixture *f = *state;

	close(f->peer);
	f->peer = -1;
	assert_int_equal(request(f, "version", NULL), 0);
	assert_int_equal(ready(f), -1);
	check_story(f, "failed(charon closed the connection) ");
}

/* Writing must fail like reading does, not with a signal. */
static void test_charon_stops_reading(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(shutdown(f->peer, SHUT_RD), 0);
	assert_int_equal(request(f, "version", NULL), 0);
	assert_int_equal(ready(f), -1);
	check_story(f, "failed(writing to charon: Broken pipe) ");
	check_dead(f, "writing to charon");
}

static void test_close_tells_all_that_wait(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(request(f, "version", NULL), 0);
	assert_int_equal(request(f, "list-sas", "list-sa"), 0);
	assert_int_equal(listen_for(f, "log"), 0);
	charon_gets(f, VICI_CMD_REQUEST, "version");
	vici_close(f->vici);
	f->vici = NULL;
	check_story(f, "failed(the connection to charon was closed) "
		       "failed(the connection to charon was closed) ");
}

static void test_garbage(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(request(f, "version", NULL), 0);
	charon_writes(f, "\0\0\0\3\1\6\6", 7);
	assert_int_equal(ready(f), -1);
	assert_non_null(strstr(buf_text(&f->story), "failed(VICI packet"));
	check_dead(f, "lists hold items");
}

static void test_length_of_600_kib(void **state)
{
	struct fixture *f = *state;

	charon_writes(f, "\0\x09\x60\0", 4);
	assert_int_equal(ready(f), -1);
	check_dead(f, "614400 bytes: too long");
}

/* Each packet in each state: those that make no sense there end the connection. */
static void check_answer(struct fixture *f, const char *before, enum vici_packet_type type,
			 const char *sensible)
{
	bool named = type == VICI_CMD_REQUEST || type == VICI_EVENT ||
		     type == VICI_EVENT_REGISTER || type == VICI_EVENT_UNREGISTER;
	bool makes_sense = strchr(sensible, '0' + (int)type) != NULL;

	if (*before)
		assert_int_equal(request(f, "list-sas", strchr(before, 'p') ? NULL : "list-sa"), 0);
	if (strchr(before, 'c'))
		charon_says(f, VICI_EVENT_CONFIRM, NULL, NULL);
	if (strchr(before, 'r'))
		charon_says(f, VICI_CMD_RESPONSE, NULL, NULL);
	assert_int_equal(ready(f), 0);
	charon_says(f, type, named ? "list-sa" : NULL, NULL);
	assert_int_equal(ready(f), makes_sense ? 0 : -1);
	if (!makes_sense)
		assert_non_null(strstr(f->err.text, "unasked"));
}

static void test_answers_in_each_state(void **state)
{
	static const struct {
		const char *before;   /* p: plain command, s: stream, c: confirmed, r: responded */
		const char *sensible; /* packet types; events (7) always are */
	} cases[] = {
		{ "", "7" }, { "p", "127" }, { "s", "567" }, { "sc", "127" }, { "scr", "567" }
	};
	void *own;

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		for (int type = 0; type < VICI_PACKET_TYPES; type++) {
			setup(&own);
			check_answer(own, cases[i].before, (enum vici_packet_type)type,
				     cases[i].sensible);
			teardown(&own);
		}
	}
}

static void on_done_retry(void *user, const struct tree *response, const struct err *why)
{
	struct fixture *f = user;

	on_done(user, response, why);
	buf_puts(&f->story, request(f, "version", NULL) ? "refused " : "asked ");
}

static void test_requests_from_callbacks_on_failure(void **state)
{
	struct fixture *f = *state;
	const struct vici_request r = { "first", NULL, NULL, TIMEOUT, NULL, on_done_retry, f };

	assert_int_equal(vici_request(f->vici, &r, NOW, &f->err), 0);
	close(f->peer);
	f->peer = -1;
	assert_int_equal(ready(f), -1);
	check_story(f, "failed(charon closed the connection) refused ");
}

static void test_nothing_is_queued_when_a_request_fails(void **state)
{
	struct fixture *f = *state;
	struct tree *message = tree_new(f->arena);
	struct vici_request r = { "load", message, "list-sa", TIMEOUT, NULL, on_done, f };

	tree_value(f->arena, message, "", "no name");
	assert_int_equal(vici_request(f->vici, &r, NOW, &f->err), -1);
	r.message = NULL;
	r.stream = "";
	assert_int_equal(vici_request(f->vici, &r, NOW, &f->err), -1);
	r.stream = "list-sa";
	r.command = "new\nline";
	assert_int_equal(vici_request(f->vici, &r, NOW, &f->err), -1);
	assert_int_equal(listen_for(f, ""), -1);
	assert_int_equal(vici_listening(f->vici, ""), VICI_LISTEN_NONE);
	assert_false(vici_wants_write(f->vici));
	assert_true(vici_deadline(f->vici) == UINT64_MAX);
	charon_gets_nothing(f);
	check_story(f, "");
}

static void test_bounds_of_the_queue(void **state)
{
	struct fixture *f = *state;
	static char bytes[VICI_VALUE_MAX];
	struct tree *message = tree_new(f->arena);
	const struct vici_request r = { "load-cert", message, NULL, TIMEOUT, NULL, on_done, f };
	int queued = 0;

	tree_bytes(f->arena, message, "data", bytes, sizeof(bytes));
	while (vici_request(f->vici, &r, NOW, &f->err) == 0)
		queued++;
	assert_int_equal(queued, VICI_OUT_MAX / (VICI_VALUE_MAX + 4 + 1 + 10 + 8));
	for (int i = 0; i < queued; i++)
		charon_gets(f, VICI_CMD_REQUEST, "load-cert");
	for (; request(f, "version", NULL) == 0; queued++)
		charon_gets(f, VICI_CMD_REQUEST, "version");
	assert_int_equal(queued, VICI_PENDING_MAX);
	charon_says(f, VICI_CMD_RESPONSE, NULL, "room");
	assert_int_equal(ready(f), 0);
	check_story(f, "done(room) ");
	assert_int_equal(request(f, "version", NULL), 0);
}

static void test_connect_fails(void **state)
{
	struct fixture *f = *state;
	struct vici *vici = NULL, *second;
	char longest[200];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(vici_connect(&vici, longest, &f->err), -1);
	assert_int_equal(vici_connect(&vici, "", &f->err), -1);
	assert_int_equal(vici_connect(&vici, "/nonexistent/charon.vici", &f->err), -1);
	assert_int_equal(f->err.code, ERR_UNREACHABLE);
	/* The queue has room for one. */
	assert_int_equal(vici_connect(&second, f->path, &f->err), 0);
	assert_int_equal(vici_connect(&vici, f->path, &f->err), -1);
	assert_int_equal(f->err.code, ERR_UNREACHABLE);
	vici_close(second);
	assert_null(vici);
	vici_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VICI_TEST(test_unknown_command_and_stream),
		VICI_TEST(test_timeout),
		VICI_TEST(test_charon_goes_away),
		VICI_TEST(test_charon_is_gone_before_the_request),
		VICI_TEST(test_charon_stops_reading),
		VICI_TEST(test_close_tells_all_that_wait),
		VICI_TEST(test_garbage),
		VICI_TEST(test_length_of_600_kib),
		cmocka_unit_test(test_answers_in_each_state),
		VICI_TEST(test_requests_from_callbacks_on_failure),
		VICI_TEST(test_nothing_is_queued_when_a_request_fails),
		VICI_TEST(test_bounds_of_the_queue),
		VICI_TEST(test_connect_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
