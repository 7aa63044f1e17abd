/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "daemon/request.h"

#define assert_parsed(result) assert_int_equal(result, 0)

static int parse(const char *line, struct request *request, struct err *err)
{
	return request_parse(line, strlen(line), request, err);
}

static void requests_are_understood(void **state)
{
	struct request request;
	struct err err;

	(void)state;
	assert_int_equal(parse("{\"verb\":\"sessions\",\"id\":\"1a-66f0c2d1\"}", &request, &err),
			 0);
	assert_int_equal(request.verb, REQUEST_SESSIONS);
	assert_string_equal(request.id, "1a-66f0c2d1");
	assert_int_equal(parse(" {\"verb\": \"status\", \"new\": 1}", &request, &err), 0);
	assert_int_equal(request.verb, REQUEST_STATUS);
	assert_string_equal(request.id, "");
	assert_int_equal(parse("{\"verb\":\"sessions\",\"id\":null}", &request, &err), 0);
	assert_string_equal(request.id, "");
}

static void a_kick_names_somebody(void **state)
{
	struct request request;
	struct err err;

	(void)state;
	assert_int_equal(
	    parse("{\"verb\":\"kick\",\"target\":\"al ice\",\"ban\":3600}", &request, &err), 0);
	assert_int_equal(request.verb, REQUEST_KICK);
	assert_string_equal(request.target, "al ice");
	assert_int_equal(request.ban, 3600);
}

static void only_looking_is_for_everybody(void **state)
{
	(void)state;
	assert_false(request_for_root(REQUEST_STATUS));
	assert_false(request_for_root(REQUEST_SESSIONS));
	assert_true(request_for_root(REQUEST_APPLY));
	assert_true(request_for_root(REQUEST_DOWN));
	assert_true(request_for_root(REQUEST_KICK));
	assert_true(request_for_root(REQUEST_LIFT));
	assert_false(request_for_root(REQUEST_BANS));
	assert_true(request_for_root(REQUEST_PLAN));
	assert_true(request_for_root(REQUEST_ROLLBACK));
	assert_true(request_for_root(REQUEST_CONFIRM));
}

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void an_apply_carries_what_it_is(void **state)
{
	struct request request;
	struct err err;

	(void)state;
	assert_parsed(parse("{\"verb\":\"apply\",\"policy\":\"{\\n}\",\"base\":\"" DIGEST "\","
			    "\"what\":\"user add alice\",\"allow_drop\":false,"
			    "\"allow_drop_of\":\"alice\",\"confirm_within\":120}",
			    &request, &err));
	assert_int_equal(request.verb, REQUEST_APPLY);
	assert_int_equal(request.policy_len, 3);
	assert_string_equal(request.policy, "{\n}");
	assert_string_equal(request.base, DIGEST);
	assert_string_equal(request.what, "user add alice");
	assert_false(request.allow_drop);
	assert_string_equal(request.allow_drop_of, "alice");
	assert_int_equal(request.confirm_within, 120);
	request_free(&request);
	assert_null(request.policy);

	assert_parsed(parse("{\"verb\":\"apply\",\"policy\":null}", &request, &err));
	assert_null(request.policy);
	assert_string_equal(request.what, "apply");
	assert_parsed(parse("{\"verb\":\"plan\",\"policy\":\"\"}", &request, &err));
	assert_non_null(request.policy); /* an empty policy is not the one on disk */
	request_free(&request);
	assert_parsed(
	    parse("{\"verb\":\"rollback\",\"generation\":7,\"allow_drop\":true}", &request, &err));
	assert_int_equal(request.generation, 7);
	assert_true(request.allow_drop);
	assert_parsed(parse("{\"verb\":\"confirm\"}", &request, &err));
}

/* Only what is for people is cut; a name that is cut would be another one. */
static void what_is_too_long_is_refused_or_cut(void **state)
{
	char line[512], name[300];
	struct request request;
	struct err err;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	(void)snprintf(line, sizeof(line), "{\"verb\":\"apply\",\"what\":\"%s\"}", name);
	assert_parsed(parse(line, &request, &err));
	assert_int_equal(strlen(request.what), REQUEST_WHAT_MAX - 1);
	(void)snprintf(line, sizeof(line), "{\"verb\":\"apply\",\"allow_drop_of\":\"%s\"}", name);
	assert_int_equal(parse(line, &request, &err), -1);
}

static void a_policy_has_a_limit(void **state)
{
	cleanup_buf struct buf line = BUF_INIT;
	struct request request;
	struct err err;
	size_t at;

	(void)state;
	buf_puts(&line, "{\"verb\":\"plan\",\"policy\":\"");
	at = line.len;
	for (size_t i = 0; i < POLICY_BYTES_MAX; i++)
		buf_putc(&line, ' ');
	buf_puts(&line, "\"}");
	assert_parsed(request_parse(line.data, line.len, &request, &err));
	assert_int_equal(request.policy_len, POLICY_BYTES_MAX);
	request_free(&request);
	line.len = at + POLICY_BYTES_MAX;
	buf_puts(&line, " \"}");
	assert_int_equal(request_parse(line.data, line.len, &request, &err), -1);
	assert_true(line.len < REQUEST_ROOT_BYTES_MAX);
}

static void garbage_is_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"{",
		"[]",
		"\"down\"",
		"{}",
		"{\"verb\":1}",
		"{\"verb\":\"reboot\"}",
		"{\"verb\":\"kick\"}",
		"{\"verb\":\"kick\",\"target\":\"\"}",
		"{\"verb\":\"kick\",\"target\":\"a\",\"ban\":-1}",
		"{\"verb\":\"kick\",\"target\":\"a\",\"ban\":31622401}",
		"{\"verb\":\"lift\",\"target\":null}",
		"{\"verb\":\"status\",\"verb\":\"down\"}",
		"{\"verb\":\"down\"} x",
		"{\"verb\":\"sessions\",\"id\":7}",
		"{\"verb\":\"sessions\",\"id\":\"\"}",
		"{\"verb\":\"sessions\",\"id\":\"0123456789012345678901234567890123456789\"}",
		"{\"verb\":\"st\\u0000atus\"}",
		"\xff\xfe",
		"{\"verb\":\"confirm\",\"generation\":1}",
		"{\"verb\":\"plan\",\"allow_drop\":true}",
		"{\"verb\":\"apply\",\"confirm_witin\":120}",
		"{\"verb\":\"apply\",\"confirm_within\":\"120\"}",
		"{\"verb\":\"apply\",\"confirm_within\":-1}",
		"{\"verb\":\"apply\",\"confirm_within\":86401}",
		"{\"verb\":\"apply\",\"confirm_within\":4294967416}",
		"{\"verb\":\"apply\",\"allow_drop\":\"false\"}",
		"{\"verb\":\"apply\",\"allow_drop\":1}",
		"{\"verb\":\"apply\",\"allow_drop_of\":\"\"}",
		"{\"verb\":\"apply\",\"what\":\"two\\nlines\"}",
		"{\"verb\":\"apply\",\"base\":\"abc\"}",
		"{\"verb\":\"apply\",\"base\":\"" DIGEST "0\"}",
		"{\"verb\":\"apply\",\"base\":\"X" DIGEST "\"}",
		"{\"verb\":\"apply\",\"policy\":{}}",
		"{\"verb\":\"apply\",\"policy\":\"x\",\"what\":7}", /* and frees the policy */
		"{\"verb\":\"rollback\",\"generation\":1.5}",
		"{\"verb\":\"rollback\",\"generation\":1000000001}",
	};
	struct request request;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct err err = { .code = ERR_NONE };

		assert_true(parse(lines[i], &request, &err) < 0);
		assert_int_equal(err.code, ERR_USAGE);
	}
}

static void nesting_without_end_is_refused(void **state)
{
	static char line[60000];
	struct request request;
	struct err err;

	(void)state;
	memset(line, '[', sizeof(line));
	assert_true(request_parse(line, sizeof(line), &request, &err) < 0);
}

static void expect_reply(json_t *result, const struct err *err, const char *line)
{
	cleanup_buf struct buf out = BUF_INIT;

	request_reply(&out, result, err);
	assert_string_equal(buf_text(&out), line);
}

static void a_reply_is_one_line_with_a_code(void **state)
{
	struct err err = { .code = ERR_LOCKED, .text = "two\nlines" };
	const struct err none = { .code = ERR_NONE };
	cleanup_buf struct buf progress = BUF_INIT;
	/* Cut in the middle of a character. */
	const struct err cut = { .code = ERR_POLICY, .text = "caf\xc3" };

	(void)state;
	request_progress(&progress, json_pack("{s:i}", "a", 1));
	assert_string_equal(buf_text(&progress), "{\"progress\":{\"a\":1}}\n");
	expect_reply(json_pack("{s:i}", "a", 1), &none, "{\"ok\":{\"a\":1}}\n");
	expect_reply(NULL, &err, "{\"error\":{\"code\":75,\"text\":\"two\\nlines\"}}\n");
	expect_reply(NULL, &cut, "{\"error\":{\"code\":65,\"text\":\"caf?\"}}\n");
	/* Never an error that says "no error". */
	expect_reply(NULL, &none,
		     "{\"error\":{\"code\":70,\"text\":\"l2tpgwd could not make its answer\"}}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_understood),
		cmocka_unit_test(a_kick_names_somebody),
		cmocka_unit_test(only_looking_is_for_everybody),
		cmocka_unit_test(an_apply_carries_what_it_is),
		cmocka_unit_test(what_is_too_long_is_refused_or_cut),
		cmocka_unit_test(a_policy_has_a_limit),
		cmocka_unit_test(garbage_is_refused),
		cmocka_unit_test(nesting_without_end_is_refused),
		cmocka_unit_test(a_reply_is_one_line_with_a_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
