/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an apply prints, with somebody who answers as l2tpgwd does. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cli/order.h"
#include "drive/local.h"
#include "policy/json.h"

#define ALICE                                                                        \
	"{\"object\":\"user alice\",\"action\":\"add\",\"impact\":\"new sessions\"," \
	"\"detail\":null,\"drops\":[],\"result\":\"done\"}"
#define CONNECTION(result)                                                              \
	"{\"object\":\"connection l2tpgw\",\"action\":\"change\",\"impact\":\"drops\"," \
	"\"detail\":\"two\\nlines\","                                                   \
	"\"drops\":[{\"user\":\"bob\",\"session\":\"1-a\"}],\"result\":\"" result "\"}"
#define APPLIED                                                                       \
	"{\"ok\":{\"schema\":\"l2tpgw.apply/1\",\"generation\":4,\"changes\":[" ALICE \
	"," CONNECTION("done") "],\"seconds\":0.123,\"sessions\":31,\"dropped\":1,"   \
			       "\"confirm_by\":null}}\n"

static char dir[] = "/tmp/l2tpgw-order-XXXXXX";
static struct paths paths;
static pid_t server;

static int make_dir(void **state)
{
	struct err err;

	(void)state;
	return !mkdtemp(dir) || setenv("L2TPGW_RUN", dir, 1) || paths_load(&paths, &err);
}

static int remove_dir(void **state)
{
	(void)state;
	(void)unlink(paths.control);
	return rmdir(dir);
}

/* Answers one request with `answer`, and dies with 0 if the request was `expected`. */
static void serve(const char *expected, const char *answer)
{
	struct err err;
	int listener = local_listen(paths.control, SOCK_STREAM, 0600, NULL, &err);

	assert_true(listener >= 0);
	server = fork();
	if (server == 0) {
		cleanup_buf struct buf in = BUF_INIT, out = BUF_INIT;
		struct local_peer peer;
		int fd = LOCAL_AGAIN;

		while (fd == LOCAL_AGAIN)
			fd = local_accept(listener, &peer, &err);
		while (!in.len || in.data[in.len - 1] != '\n')
			(void)local_read(fd, &in, 1u << 20, &err);
		in.data[in.len - 1] = '\0';
		buf_puts(&out, answer);
		while (out.len)
			(void)local_flush(fd, &out, &err);
		_exit(strcmp(in.data, expected) != 0);
	}
	(void)close(listener);
}

static void served(void)
{
	int status;

	assert_int_equal(waitpid(server, &status, 0), server);
	assert_int_equal(status, 0);
	(void)unlink(paths.control);
}

/* Gives the order and prints how it ended; standard output is in `out`. */
static int give(const struct order *order, struct buf *out, struct err *err)
{
	cleanup_json json_t *result = NULL;
	char path[64];
	int saved = dup(STDOUT_FILENO);

	(void)snprintf(path, sizeof(path), "%s/out", dir);
	(void)fflush(stdout);
	assert_non_null(freopen(path, "w", stdout));
	result = order_give(order, err);
	if (result)
		order_print(order, result);
	(void)fflush(stdout);
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	(void)close(saved);
	assert_int_equal(file_read(path, 1u << 20, out, err), 0);
	(void)unlink(path);
	return result ? 0 : -1;
}

static void effects_and_the_sum_are_printed(void **state)
{
	struct order order = { .paths = &paths, .verb = "apply" };
	cleanup_buf struct buf out = BUF_INIT;
	struct err err = { .code = ERR_NONE };

	(void)state;
	serve("{\"verb\":\"apply\"}", APPLIED);
	assert_int_equal(give(&order, &out, &err), 0);
	served();
	assert_string_equal(buf_text(&out),
			    "done    + user alice                                "
			    "new sessions\n"
			    "done    ~ connection l2tpgw                         "
			    "drops 1 (bob)  two?lines\n"
			    "applied 2 changes in 0.12 s; 1 of 31 sessions dropped\n");
}

/* What was told while it went on is not told again. */
static void progress_is_printed_once(void **state)
{
	struct order order = { .paths = &paths, .verb = "rollback", .generation = 3 };
	cleanup_buf struct buf out = BUF_INIT, once = BUF_INIT;
	struct err err = { .code = ERR_NONE };

	(void)state;
	serve("{\"verb\":\"rollback\",\"generation\":3}", APPLIED);
	assert_int_equal(give(&order, &once, &err), 0);
	served();
	serve("{\"verb\":\"rollback\",\"generation\":3}",
	      "{\"progress\":" ALICE "}\n{\"progress\":" CONNECTION(
		  "pending") "}\n"
			     "{\"progress\":" CONNECTION("done") "}\n{\"progress\":7}\n" APPLIED);
	assert_int_equal(give(&order, &out, &err), 0);
	served();
	assert_string_equal(buf_text(&out), buf_text(&once));
}

static void an_order_says_all_it_means(void **state)
{
	cleanup_buf struct buf out = BUF_INIT, policy = BUF_INIT;
	struct err err = { .code = ERR_NONE };
	struct order order = { .paths = &paths,
			       .verb = "apply",
			       .policy = &policy,
			       .base = "00ff",
			       .what = "user add \"x\"",
			       .allow_drop_of = "alice",
			       .allow_drop = true,
			       .confirm_within = 120,
			       .json = true };
	cleanup_json json_t *json = NULL;

	(void)state;
	buf_puts(&policy, "{\n\t\"psk\": \"\xc3\xa4\\\\\" }");
	serve("{\"policy\":\"{\\n\\t\\\"psk\\\": \\\"\xc3\xa4\\\\\\\\\\\" }\","
	      "\"verb\":\"apply\",\"base\":\"00ff\",\"what\":\"user add \\\"x\\\"\","
	      "\"allow_drop_of\":\"alice\",\"allow_drop\":true,\"confirm_within\":120}",
	      "{\"progress\":" ALICE "}\n" APPLIED);
	assert_int_equal(give(&order, &out, &err), 0);
	served();
	json = json_loads(buf_text(&out), 0, NULL); /* one object, and nothing else */
	assert_string_equal(json_string_value(json_object_get(json, "schema")), "l2tpgw.apply/1");
}

static void errors_have_their_code(void **state)
{
	struct order order = { .paths = &paths, .verb = "confirm" };
	cleanup_buf struct buf out = BUF_INIT;
	struct err err = { .code = ERR_NONE };

	(void)state;
	serve("{\"verb\":\"confirm\"}",
	      "{\"progress\":" ALICE "}\n{\"error\":{\"code\":4,\"text\":\"too late\"}}\n");
	assert_int_equal(give(&order, &out, &err), -1);
	served();
	assert_int_equal(err.code, ERR_NOT_CONFIRMED);
	assert_string_equal(err.text, "too late");
	serve("{\"verb\":\"confirm\"}", "{\"progress\":" ALICE "}\n");
	assert_int_equal(give(&order, &out, &err), -1);
	served();
	assert_int_equal(err.code, ERR_UNREACHABLE);
	assert_int_equal(give(&order, &out, &err), -1);
	assert_int_equal(err.code, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "l2tpgw up"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(effects_and_the_sum_are_printed),
		cmocka_unit_test(progress_is_printed_once),
		cmocka_unit_test(an_order_says_all_it_means),
		cmocka_unit_test(errors_have_their_code),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
