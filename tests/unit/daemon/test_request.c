/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "daemon/request.h"

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

static void only_looking_is_for_everybody(void **state)
{
	(void)state;
	assert_false(request_changes(REQUEST_STATUS));
	assert_false(request_changes(REQUEST_SESSIONS));
	assert_true(request_changes(REQUEST_APPLY));
	assert_true(request_changes(REQUEST_DOWN));
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
		"{\"verb\":\"status\",\"verb\":\"down\"}",
		"{\"verb\":\"down\"} x",
		"{\"verb\":\"sessions\",\"id\":7}",
		"{\"verb\":\"sessions\",\"id\":\"\"}",
		"{\"verb\":\"sessions\",\"id\":\"0123456789012345678901234567890123456789\"}",
		"{\"verb\":\"st\\u0000atus\"}",
		"\xff\xfe",
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
	/* Cut in the middle of a character. */
	const struct err cut = { .code = ERR_POLICY, .text = "caf\xc3" };

	(void)state;
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
		cmocka_unit_test(only_looking_is_for_everybody),
		cmocka_unit_test(garbage_is_refused),
		cmocka_unit_test(nesting_without_end_is_refused),
		cmocka_unit_test(a_reply_is_one_line_with_a_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
