/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs of users on a policy of their own, without a gateway and with one that is played. */
#include "unit.h"

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cli/args.h"
#include "drive/local.h"
#include "drive/sha256.h"

#define POLICY                                                                            \
	"{\n  \"version\": 1,\n  \"ipsec\": { \"psk\": \"Zq8vK2mX4wR7tY1uB5nC9dF3\" },\n" \
	"  \"users\": [\n    { \"name\": \"alice\", \"password\": \"x\" }%s\n  ]\n}\n"

static char dir[] = "/tmp/l2tpgw-user-XXXXXX";
static struct paths paths;

static int setup(void **state)
{
	struct err err;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	(void)setenv("L2TPGW_ETC", dir, 1);
	(void)setenv("L2TPGW_RUN", dir, 1);
	(void)setenv("L2TPGW_STATE", dir, 1);
	return paths_load(&paths, &err);
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(paths.policy);
	(void)unlink(paths.policy_lock);
	(void)unlink(paths.control);
	return rmdir(dir);
}

static void put_policy(const char *more)
{
	char text[1024];
	int len = snprintf(text, sizeof(text), POLICY, more);
	struct err err = { .code = ERR_NONE };

	if (geteuid() != 0)
		skip();
	assert_int_equal(file_write(paths.policy, text, (size_t)len, 0600, false, &err), 0);
}

static void assert_policy(const char *more)
{
	cleanup_buf struct buf text = BUF_INIT;
	char expected[1024];
	struct err err = { .code = ERR_NONE };

	(void)snprintf(expected, sizeof(expected), POLICY, more);
	assert_int_equal(file_read(paths.policy, 4096, &text, &err), 0);
	assert_string_equal(buf_text(&text), expected);
}

/* Runs a command line (words at blanks) with its output thrown away. */
static int run(const char *line, struct err *err)
{
	char program[] = "l2tpgw", copy[512], *argv[16] = { program }, *save = NULL;
	int argc = 1, out = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY), result;
	struct args args = { .paths = &paths };
	struct match match;

	(void)snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	*err = (struct err){ .code = ERR_NONE };
	(void)fflush(stdout);
	(void)dup2(null, STDOUT_FILENO);
	result = args_match(argc, argv, &match, err) == 0 &&
			 args_parse(&match, argc, argv, &args, err) == 0
		     ? match.verb->run(&args, err)
		     : -1;
	(void)fflush(stdout);
	(void)dup2(out, STDOUT_FILENO);
	(void)close(out);
	(void)close(null);
	return result;
}

static void password_file(const char *text, char path[64])
{
	struct err err;

	(void)snprintf(path, 64, "%s/password", dir);
	assert_int_equal(file_write(path, text, strlen(text), 0600, false, &err), 0);
}

static void users_come_change_and_go(void **state)
{
	char path[64], line[256];
	struct err err;

	(void)state;
	put_policy("");
	password_file("s\xc3\xa9"
		      "cret\n",
		      path);
	(void)snprintf(line, sizeof(line),
		       "user add bob --password-file %s --address 10.1.2.3 --comment note", path);
	assert_int_equal(run(line, &err), 0);
	assert_policy(",\n    { \"name\": \"bob\", \"password\": \"s\xc3\xa9"
		      "cret\", "
		      "\"address\": \"10.1.2.3\", \"comment\": \"note\" }");
	assert_int_equal(run("user disable bob", &err), 0);
	assert_int_equal(run("user expire bob 2030-12-31T18:00:00Z", &err), 0);
	assert_policy(",\n    { \"name\": \"bob\", \"password\": \"s\xc3\xa9"
		      "cret\", "
		      "\"address\": \"10.1.2.3\", \"comment\": \"note\", \"disabled\": true, "
		      "\"expires\": \"2030-12-31T18:00:00Z\" }");
	assert_int_equal(run("user enable bob", &err), 0);
	assert_int_equal(run("user expire bob never", &err), 0);
	password_file("other", path);
	(void)snprintf(line, sizeof(line), "user passwd bob --password-file %s", path);
	assert_int_equal(run(line, &err), 0);
	assert_policy(",\n    { \"name\": \"bob\", \"password\": \"other\", "
		      "\"address\": \"10.1.2.3\", \"comment\": \"note\" }");
	assert_int_equal(run("user remove bob", &err), 0);
	assert_policy("");
	assert_int_equal(unlink(path), 0);
}

/* The password itself is not in the policy; of the ways to write it down there is always one. */
static void passwords_become_hashes_and_back(void **state)
{
	char path[64], line[256];
	struct err err;

	(void)state;
	put_policy("");
	password_file("password\n", path);
	(void)snprintf(line, sizeof(line), "user add bob --hash --password-file %s", path);
	assert_int_equal(run(line, &err), 0);
	assert_policy(",\n    { \"name\": \"bob\", \"nt_hash\": "
		      "\"8846f7eaee8fb117ad06bdd830b7586c\" }");
	(void)snprintf(line, sizeof(line), "user passwd bob --password-file %s", path);
	assert_int_equal(run(line, &err), 0);
	assert_policy(",\n    { \"name\": \"bob\", \"password\": \"password\" }");
	(void)snprintf(line, sizeof(line), "user passwd bob --hash --password-file %s", path);
	assert_int_equal(run(line, &err), 0);
	assert_policy(",\n    { \"name\": \"bob\", \"nt_hash\": "
		      "\"8846f7eaee8fb117ad06bdd830b7586c\" }");
	assert_int_equal(run("user remove bob", &err), 0);
	assert_int_equal(unlink(path), 0);
}

/* Each says why, and touches nothing. */
static void what_cannot_be_is_refused(void **state)
{
	static const struct {
		const char *line;
		enum err_code code;
		const char *message;
	} rows[] = {
		{ "user add alice --show", ERR_FAILED, "already" },
		{ "user add bob", ERR_USAGE, "--show" },
		{ "user add bob --json", ERR_USAGE, "--show" },
		{ "user add b\xc3\xb6"
		  "b --show",
		  ERR_USAGE, "printable ASCII" },
		{ "user add * --show", ERR_USAGE, "anybody" },
		{ "user add bob --generate --ask", ERR_USAGE, "exclude" },
		{ "user add bob --password-file /nonexistent", ERR_FAILED, "/nonexistent" },
		{ "user add bob --password-file /dev/null", ERR_USAGE, "empty" },
		{ "user add bob --show --expires tomorrow", ERR_USAGE, "tomorrow" },
		{ "user remove alcie", ERR_FAILED, "did you mean \"alice\"?" },
		{ "user passwd bob --generate --show", ERR_FAILED, "no user \"bob\"" },
		{ "user expire alice soon", ERR_USAGE, "soon" },
		{ "user expire alice", ERR_USAGE, "WHEN is missing" },
		{ "user", ERR_USAGE, "which one?" },
		{ "user lsit", ERR_USAGE, "did you mean \"user list\"?" },
	};
	struct err err;

	(void)state;
	put_policy("");
	for (size_t i = 0; i < array_size(rows); i++) {
		assert_int_equal(run(rows[i].line, &err), -1);
		if (err.code != rows[i].code || !strstr(err.text, rows[i].message))
			fail_msg("%s: %d %s", rows[i].line, err.code, err.text);
	}
	assert_policy("");
	/* Found by the check of the whole: the diagnoses go to standard error. */
	assert_int_equal(run("user add bob --show --address 224.0.0.1", &err), ERR_POLICY);
	assert_policy("");
}

static void one_at_a_time(void **state)
{
	int fd;
	struct err err;

	(void)state;
	put_policy("");
	assert_int_equal(run("user disable alice", &err), 0);
	fd = open(paths.policy_lock, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(run("user enable alice", &err), -1);
	assert_int_equal(err.code, ERR_LOCKED);
	assert_non_null(strstr(err.text, "user disable alice"));
	(void)close(fd);
	assert_int_equal(run("user enable alice", &err), 0);
	assert_policy("");
}

static void import_file(const char *text, char path[64], char line[256])
{
	password_file(text, path);
	(void)snprintf(line, 256, "user import %s", path);
}

static void a_file_is_imported_whole_or_not_at_all(void **state)
{
	cleanup_buf struct buf passwords = BUF_INIT, policy = BUF_INIT;
	char path[64], line[256], with[400], to[64];
	struct err err;
	struct stat st;

	(void)state;
	put_policy("");
	(void)snprintf(to, sizeof(to), "%s/passwords", dir);
	import_file("name,password\nbob,x\nalice,y\n", path, line);
	assert_int_equal(run(line, &err), ERR_POLICY);
	import_file("name,comment\nbob,\"a \"\"b\"\"\"\ncy,\n", path, line);
	assert_int_equal(run(line, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_non_null(strstr(err.text, "2 users have no password"));
	assert_policy("");
	(void)snprintf(with, sizeof(with), "%s --passwords-to %s", line, to);
	assert_int_equal(run(with, &err), 0);
	assert_int_equal(stat(to, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_read(to, 4096, &passwords, &err), 0);
	assert_int_equal(strncmp(buf_text(&passwords), "name,password\n\"bob\",", 20), 0);
	assert_int_equal(file_read(paths.policy, 4096, &policy, &err), 0);
	assert_non_null(strstr(buf_text(&policy), "\"comment\": \"a \\\"b\\\"\""));
	/* A file that is there is nobody's to overwrite. */
	put_policy("");
	assert_int_equal(run(with, &err), -1);
	assert_non_null(strstr(err.text, "cannot create"));
	assert_policy("");
	assert_int_equal(unlink(to), 0);
	assert_int_equal(unlink(path), 0);
}

/* ---- at a terminal ---- */

/* Reads until the text is there, or the end. */
static void hear(int terminal, struct buf *said, const char *text)
{
	char chunk[256];
	ssize_t n;

	while (!text || !strstr(buf_text(said), text)) {
		n = read(terminal, chunk, sizeof(chunk));
		if (n <= 0)
			return;
		buf_append(said, chunk, (size_t)n);
	}
}

/* Echo is off once the question is there: what is typed too early is thrown away. */
static void wait_hidden(int terminal)
{
	struct termios settings;

	do {
		(void)usleep(1000);
		assert_int_equal(tcgetattr(terminal, &settings), 0);
	} while (settings.c_lflag & ECHO);
}

static int asked(const char *first, const char *second)
{
	cleanup_buf struct buf said = BUF_INIT;
	int terminal, status;
	struct err err;
	pid_t child = forkpty(&terminal, NULL, NULL, NULL);

	assert_true(child >= 0);
	if (child == 0)
		_exit(run("user passwd alice", &err) == 0 ? 0 : (int)err.code);
	hear(terminal, &said, "New password: ");
	wait_hidden(terminal);
	assert_true(write(terminal, first, strlen(first)) > 0);
	if (second) {
		hear(terminal, &said, "Once more: ");
		wait_hidden(terminal);
		assert_true(write(terminal, second, strlen(second)) > 0);
	}
	hear(terminal, &said, NULL);
	assert_null(strstr(buf_text(&said), "tops"));
	assert_int_equal(waitpid(child, &status, 0), child);
	(void)close(terminal);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void passwords_are_asked_for_twice_and_not_shown(void **state)
{
	cleanup_buf struct buf policy = BUF_INIT;
	struct err err;

	(void)state;
	put_policy("");
	assert_int_equal(asked("topsecret\n", "topsoil\n"), ERR_USAGE);
	assert_int_equal(asked("\n", NULL), ERR_USAGE);
	assert_int_equal(asked("\x03", NULL), -SIGINT);
	assert_policy("");
	assert_int_equal(asked("topsecret\n", "topsecret\n"), 0);
	assert_int_equal(file_read(paths.policy, 4096, &policy, &err), 0);
	assert_non_null(strstr(buf_text(&policy), "\"password\": \"topsecret\""));
}

/* ---- with a gateway ---- */

struct played {
	int listener;
	const char *answer;
	struct buf request;
};

static void *play(void *user)
{
	struct played *played = user;
	struct err err;

	for (;;) {
		int fd = accept(played->listener, NULL, NULL);

		if (fd < 0)
			return NULL;
		while (!played->request.len ||
		       played->request.data[played->request.len - 1] != '\n') {
			if (local_read(fd, &played->request, 1 << 20, &err) < 0)
				break;
		}
		if (played->request.len)
			(void)!write(fd, played->answer, strlen(played->answer));
		(void)close(fd);
	}
}

static int with_gateway(const char *line, const char *answer, json_t **request, struct err *err)
{
	struct played played = { .answer = answer };
	pthread_t thread;
	int result, flags;

	played.listener = local_listen(paths.control, SOCK_STREAM, 0600, NULL, err);
	assert_true(played.listener >= 0);
	flags = fcntl(played.listener, F_GETFL);
	(void)fcntl(played.listener, F_SETFL, flags & ~O_NONBLOCK);
	assert_int_equal(pthread_create(&thread, NULL, play, &played), 0);
	result = run(line, err);
	(void)shutdown(played.listener, SHUT_RDWR);
	assert_int_equal(pthread_join(thread, NULL), 0);
	(void)close(played.listener);
	(void)unlink(paths.control);
	*request = json_loadb(buf_text(&played.request), played.request.len, 0, NULL);
	buf_free(&played.request);
	return result;
}

/* The gateway installs the text itself, so that it can take it back. */
static void a_gateway_is_given_the_text(void **state)
{
	static const char answer[] = "{\"progress\": {\"object\": \"user alice\"}}\n{\"ok\": "
				     "{\"schema\": \"l2tpgw.apply/1\", "
				     "\"seconds\": 0.1, \"sessions\": 3, \"dropped\": 1}}\n";
	cleanup_buf struct buf before = BUF_INIT;
	char digest[SHA256_TEXT_MAX];
	struct err err = { .code = ERR_NONE };
	json_t *request, *policy;

	(void)state;
	put_policy("");
	assert_int_equal(file_read(paths.policy, 4096, &before, &err), 0);
	assert_int_equal(with_gateway("user disable alice", answer, &request, &err), 0);
	assert_string_equal(json_string_value(json_object_get(request, "verb")), "apply");
	assert_string_equal(json_string_value(json_object_get(request, "what")),
			    "user disable alice");
	assert_string_equal(json_string_value(json_object_get(request, "allow_drop_of")), "alice");
	assert_string_equal(json_string_value(json_object_get(request, "base")),
			    sha256_text(buf_text(&before), before.len, digest));
	policy = json_loads(json_string_value(json_object_get(request, "policy")), 0, NULL);
	assert_true(json_is_true(
	    json_object_get(json_array_get(json_object_get(policy, "users"), 0), "disabled")));
	assert_policy("");
	json_decref(policy);
	json_decref(request);
}

static void a_gateway_that_refuses_is_quoted(void **state)
{
	struct err err;
	json_t *request;

	(void)state;
	put_policy("");
	assert_int_equal(with_gateway("user remove alice",
				      "{\"error\": {\"code\": 75, \"text\": \"bob is at it\"}}\n",
				      &request, &err),
			 -1);
	assert_int_equal(err.code, ERR_LOCKED);
	assert_string_equal(err.text, "bob is at it");
	assert_policy("");
	json_decref(request);
}

/* It goes on without us: the passwords that it may have been given are nowhere else in clear. */
static void passwords_stay_if_the_end_is_not_known(void **state)
{
	char path[64], line[256], with[400], to[64];
	struct err err;
	json_t *request;

	(void)state;
	put_policy("");
	(void)snprintf(to, sizeof(to), "%s/passwords", dir);
	import_file("name\nbob\n", path, line);
	(void)snprintf(with, sizeof(with), "%s --passwords-to %s", line, to);
	assert_int_equal(
	    with_gateway(with, "{\"error\": {\"code\": 75, \"text\": \"no\"}}\n", &request, &err),
	    -1);
	json_decref(request);
	assert_int_equal(access(to, F_OK), -1);
	assert_int_equal(with_gateway(with, "", &request, &err), -1);
	json_decref(request);
	assert_int_equal(err.code, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, to));
	assert_int_equal(unlink(to), 0);
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_come_change_and_go),
		cmocka_unit_test(passwords_become_hashes_and_back),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(a_file_is_imported_whole_or_not_at_all),
		cmocka_unit_test(passwords_are_asked_for_twice_and_not_shown),
		cmocka_unit_test(a_gateway_is_given_the_text),
		cmocka_unit_test(a_gateway_that_refuses_is_quoted),
		cmocka_unit_test(passwords_stay_if_the_end_is_not_known),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
