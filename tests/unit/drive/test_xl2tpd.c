/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fabric.h"
#include "drive/net_address.h"
#include "drive/process.h"
#include "drive/silent.h"
#include "drive/xl2tpd.h"
#include "drive/xl2tpd_reply.h"
#include "netns.h"
#include "tmpdir.h"

static struct err err;
static char fifo[512], results[512];

static uint64_t now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static int setup(void **state)
{
	(void)state;
	(void)snprintf(fifo, sizeof(fifo), "%s", tmpdir_path("xl2tpd-1.control"));
	(void)snprintf(results, sizeof(results), "%s", tmpdir_path("results"));
	(void)unlink(fifo);
	(void)mkdir(results, 0700);
	return mkfifo(fifo, 0600);
}

static size_t files_in_results(void)
{
	DIR *dir = opendir(results);
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	(void)closedir(dir);
	return count - 2;
}

struct answer {
	unsigned count;
	enum xl2tpd_outcome outcome;
	char reply[2048];
};

static void take_answer(void *user, enum xl2tpd_outcome outcome, const char *reply, size_t len)
{
	struct answer *answer = user;

	answer->count++;
	answer->outcome = outcome;
	(void)snprintf(answer->reply, sizeof(answer->reply), "%.*s", (int)len, reply);
}

/* The loop of a daemon, until that many answers are there. */
static void loop(struct xl2tpd *xl2tpd, struct answer *answer, unsigned count)
{
	uint64_t end = now() + 20000000;

	while (answer->count < count && now() < end) {
		struct pollfd poll_fd = { .fd = xl2tpd_fd(xl2tpd), .events = POLLIN };
		uint64_t deadline = xl2tpd_deadline(xl2tpd), at = now();

		assert_true(deadline != UINT64_MAX);
		(void)poll(&poll_fd, 1, deadline > at ? (int)((deadline - at + 999) / 1000) : 0);
		xl2tpd_process(xl2tpd, now());
	}
	assert_int_equal(answer->count, count);
}

enum behaviour {
	ANSWER,
	LOSE_FIRST, /* reads the first command and forgets it */
	REFUSE,
};

/* As xl2tpd.c: do_control() and open_controlfd() do, blocking reads and gaps and all. */
static void play_command(char *line, enum behaviour behaviour, unsigned turn)
{
	char *path = line + 1, *command = strchr(line, ' ');
	FILE *file;

	if (line[0] != '@' || !command || (behaviour == LOSE_FIRST && turn == 0))
		return;
	*command++ = '\0';
	file = fopen(path, "w");
	if (!file)
		_exit(2);
	(void)fprintf(file, "%s OK\nasked: %s\n", behaviour == REFUSE ? "01" : "00", command);
	(void)fflush(file);
	usleep(2000);
	(void)fclose(file);
	(void)unlink(path);
}

static _Noreturn void play(enum behaviour behaviour)
{
	char buf[1025];

	for (unsigned turn = 0;;) {
		int fd = open(fifo, O_RDONLY);
		ssize_t n;

		while ((n = read(fd, buf, sizeof(buf) - 1)) > 0) {
			buf[buf[n - 1] == '\n' ? n - 1 : n] = '\0';
			play_command(buf, behaviour, turn++);
		}
		close(fd);
		usleep(1000);
	}
}

static pid_t start_player(enum behaviour behaviour)
{
	pid_t pid = fork();

	if (pid == 0)
		play(behaviour);
	return pid;
}

static void stop_player(pid_t pid)
{
	int status;

	(void)kill(pid, SIGCONT);
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static void commands_are_answered_in_order(void **state)
{
	struct xl2tpd *xl2tpd = xl2tpd_new(fifo, results, &err);
	struct answer answer = { 0 };
	pid_t player = start_player(ANSWER);

	(void)state;
	assert_non_null(xl2tpd);
	assert_true(xl2tpd_deadline(xl2tpd) == UINT64_MAX);
	assert_int_equal(xl2tpd_available(xl2tpd, 5000000, take_answer, &answer, &err), 0);
	assert_int_equal(answer.count, 0);
	loop(xl2tpd, &answer, 1);
	assert_int_equal(answer.outcome, XL2TPD_OK);
	assert_string_equal(answer.reply, "00 OK\nasked: x\n");
	for (uint16_t i = 0; i < 20; i++)
		assert_int_equal(
		    xl2tpd_close_tunnel(xl2tpd, i, 5000000, take_answer, &answer, &err), 0);
	for (unsigned i = 0; i < 20; i++) {
		char expected[64];

		loop(xl2tpd, &answer, 2 + i);
		(void)snprintf(expected, sizeof(expected), "00 OK\nasked: d %u\n", i);
		assert_string_equal(answer.reply, expected);
	}
	assert_true(xl2tpd_deadline(xl2tpd) == UINT64_MAX);
	assert_int_equal(files_in_results(), 0);
	xl2tpd_free(xl2tpd);
	stop_player(player);
}

static void refusal_is_told(void **state)
{
	struct xl2tpd *xl2tpd = xl2tpd_new(fifo, results, &err);
	struct answer answer = { 0 };
	pid_t player = start_player(REFUSE);

	(void)state;
	assert_int_equal(xl2tpd_status(xl2tpd, "default", 5000000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 1);
	assert_int_equal(answer.outcome, XL2TPD_REFUSED);
	assert_string_equal(answer.reply, "01 OK\nasked: y default\n");
	xl2tpd_free(xl2tpd);
	stop_player(player);
}

static void lost_command_is_sent_again(void **state)
{
	struct xl2tpd *xl2tpd = xl2tpd_new(fifo, results, &err);
	struct answer answer = { 0 };
	pid_t player = start_player(LOSE_FIRST);

	(void)state;
	assert_int_equal(xl2tpd_available(xl2tpd, 5000000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 1);
	assert_int_equal(answer.outcome, XL2TPD_OK);
	xl2tpd_free(xl2tpd);
	stop_player(player);
}

static void nobody_there(void **state)
{
	struct xl2tpd *xl2tpd = xl2tpd_new(fifo, results, &err);
	struct answer answer = { 0 };

	(void)state;
	assert_int_equal(xl2tpd_available(xl2tpd, 300000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 1);
	assert_int_equal(answer.outcome, XL2TPD_ABSENT);
	(void)unlink(fifo);
	assert_int_equal(xl2tpd_available(xl2tpd, 100000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 2);
	assert_int_equal(answer.outcome, XL2TPD_ABSENT);
	/* A file where the pipe should be is not written to. */
	tmpdir_write("xl2tpd-1.control", "precious\n");
	assert_int_equal(xl2tpd_available(xl2tpd, 100000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 3);
	assert_int_equal(answer.outcome, XL2TPD_ABSENT);
	assert_int_equal(files_in_results(), 0);
	xl2tpd_free(xl2tpd);
}

/* A frozen one has the pipe open and reads nothing: no second command may pile up behind. */
static void frozen_is_told_and_thaws_cleanly(void **state)
{
	struct xl2tpd *xl2tpd = xl2tpd_new(fifo, results, &err);
	struct answer answer = { 0 };
	pid_t player = start_player(ANSWER);

	(void)state;
	assert_int_equal(xl2tpd_available(xl2tpd, 5000000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 1);
	usleep(50000);
	/* It waits in open(): frozen, that is a reader who never reads. */
	assert_int_equal(kill(player, SIGSTOP), 0);
	assert_int_equal(xl2tpd_close_tunnel(xl2tpd, 7, 700000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 2);
	assert_true(answer.outcome == XL2TPD_TIMEOUT || answer.outcome == XL2TPD_ABSENT);
	assert_int_equal(files_in_results(), 0);
	assert_int_equal(kill(player, SIGCONT), 0);
	assert_int_equal(xl2tpd_close_tunnel(xl2tpd, 8, 5000000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 3);
	assert_int_equal(answer.outcome, XL2TPD_OK);
	assert_string_equal(answer.reply, "00 OK\nasked: d 8\n");
	xl2tpd_free(xl2tpd);
	stop_player(player);
}

static void free_cancels(void **state)
{
	struct xl2tpd *xl2tpd = xl2tpd_new(fifo, results, &err);
	struct answer answer = { 0 };

	(void)state;
	assert_int_equal(xl2tpd_available(xl2tpd, 300000, take_answer, &answer, &err), 0);
	xl2tpd_process(xl2tpd, now());
	assert_int_equal(xl2tpd_available(xl2tpd, 300000, take_answer, &answer, &err), 0);
	xl2tpd_free(xl2tpd);
	xl2tpd_free(NULL);
	assert_int_equal(answer.count, 2);
	assert_int_equal(answer.outcome, XL2TPD_CANCELLED);
	assert_int_equal(files_in_results(), 0);
}

static void bad_commands_are_refused(void **state)
{
	struct xl2tpd *xl2tpd = xl2tpd_new(fifo, results, &err);
	char name[200];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(xl2tpd_request(xl2tpd, "x\nd 1", 1, NULL, NULL, &err), -1);
	assert_int_equal(xl2tpd_request(xl2tpd, name, 1, NULL, NULL, &err), -1);
	assert_int_equal(xl2tpd_status(xl2tpd, name, 1, NULL, NULL, &err), -1);
	assert_true(xl2tpd_deadline(xl2tpd) == UINT64_MAX);
	xl2tpd_free(xl2tpd);
}

static void no_place_for_the_reply(void **state)
{
	struct xl2tpd *xl2tpd = xl2tpd_new(fifo, "/nonexistent", &err);
	struct answer answer = { 0 };

	(void)state;
	assert_int_equal(xl2tpd_available(xl2tpd, 300000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 1);
	assert_int_equal(answer.outcome, XL2TPD_FAILED);
	xl2tpd_free(xl2tpd);
}

/* The program itself */

static void start_real(struct process *process)
{
	char config[512], pid[512];
	const char *argv[] = {
		"/usr/sbin/xl2tpd", "-D", "-c", config, "-C", fifo, "-p", pid, NULL
	};
	struct spawn spawn = { .argv = argv, .out = -1, .session = true, .nofile = 1024 };

	tmpdir_write("xl2tpd.conf", "[global]\nlisten-addr = 198.18.0.1\nport = 1701\n"
				    "[lns default]\nip range = 10.9.9.2-10.9.9.9\n"
				    "local ip = 10.9.9.1\n");
	(void)snprintf(config, sizeof(config), "%s", tmpdir_path("xl2tpd.conf"));
	(void)snprintf(pid, sizeof(pid), "%s", tmpdir_path("xl2tpd.xpid"));
	assert_ok(process_spawn(&spawn, process, &err));
}

static void ask_real(struct xl2tpd *xl2tpd)
{
	cleanup_arena struct arena *arena = arena_new();
	struct answer answer = { 0 };
	struct xl2tpd_tunnels tunnels;

	/* Asked before its pipe is there: waiting for that is part of the job. */
	assert_int_equal(xl2tpd_available(xl2tpd, 10000000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 1);
	assert_int_equal(answer.outcome, XL2TPD_OK);
	assert_true(xl2tpd_parse_available(arena, answer.reply, strlen(answer.reply), &tunnels));
	assert_int_equal(tunnels.count, 0);
	assert_int_equal(xl2tpd_status(xl2tpd, "default", 10000000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 2);
	assert_int_equal(answer.outcome, XL2TPD_OK);
	assert_true(xl2tpd_parse_status(arena, answer.reply, strlen(answer.reply), &tunnels));
	assert_int_equal(xl2tpd_status(xl2tpd, "nosuch", 10000000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 3);
	assert_int_equal(answer.outcome, XL2TPD_REFUSED);
	for (unsigned i = 0; i < 30; i++) {
		assert_int_equal(xl2tpd_available(xl2tpd, 10000000, take_answer, &answer, &err), 0);
		loop(xl2tpd, &answer, 4 + i);
		assert_int_equal(answer.outcome, XL2TPD_OK);
	}
}

static void freeze_real(struct xl2tpd *xl2tpd, const struct process *process)
{
	struct answer answer = { 0 };

	assert_int_equal(process_signal(process, SIGSTOP, &err), 0);
	assert_int_equal(xl2tpd_available(xl2tpd, 300000, take_answer, &answer, &err), 0);
	assert_int_equal(xl2tpd_available(xl2tpd, 300000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 1);
	assert_int_equal(answer.outcome, XL2TPD_TIMEOUT);
	loop(xl2tpd, &answer, 2);
	assert_int_equal(answer.outcome, XL2TPD_TIMEOUT);
	assert_int_equal(process_signal(process, SIGCONT, &err), 0);
	assert_int_equal(xl2tpd_status(xl2tpd, "default", 10000000, take_answer, &answer, &err), 0);
	loop(xl2tpd, &answer, 3);
	assert_int_equal(answer.outcome, XL2TPD_OK);
	assert_string_equal(answer.reply, "00 OK\n00 STATUS tunnels.count=0\n");
	/* The command that came to life late has left nothing either. */
	assert_int_equal(files_in_results(), 0);
}

static void real_xl2tpd_answers_beside_the_silent_socket(void **state)
{
	struct process process = PROCESS_NONE;
	struct xl2tpd *xl2tpd;
	int silent, status;

	(void)state;
	netns_needed();
	if (access("/usr/sbin/xl2tpd", X_OK) < 0)
		skip();
	silent = silent_open(&err);
	assert_ok(silent);
	assert_int_equal(net_address_add(fabric_worker_address(1), &err), NET_DONE);
	(void)unlink(fifo);
	start_real(&process);
	xl2tpd = xl2tpd_new(fifo, results, &err);
	ask_real(xl2tpd);
	freeze_real(xl2tpd, &process);
	xl2tpd_free(xl2tpd);
	assert_int_equal(process_signal(&process, SIGINT, &err), 0);
	assert_true(process_wait(&process, 10000));
	assert_int_equal(process_reap(&process, &status, &err), 0);
	close(silent);
}

static int group_setup(void **state)
{
	return tmpdir_make(state) || netns_enter(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(commands_are_answered_in_order, setup),
		cmocka_unit_test_setup(refusal_is_told, setup),
		cmocka_unit_test_setup(lost_command_is_sent_again, setup),
		cmocka_unit_test_setup(nobody_there, setup),
		cmocka_unit_test_setup(frozen_is_told_and_thaws_cleanly, setup),
		cmocka_unit_test_setup(free_cancels, setup),
		cmocka_unit_test_setup(bad_commands_are_refused, setup),
		cmocka_unit_test_setup(no_place_for_the_reply, setup),
		cmocka_unit_test_setup(real_xl2tpd_answers_beside_the_silent_socket, setup),
	};

	return cmocka_run_group_tests(tests, group_setup, tmpdir_remove);
}
