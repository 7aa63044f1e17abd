/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "drive/pidfile.h"
#include "drive/process.h"
#include "drive/procfs.h"
#include "tmpdir.h"

static struct err err;

static const char *const sleeper[] = { "/bin/sleep", "100", "23", NULL };

/* Runs it to its end; returns its status, what it printed is in `out`. */
static int run(struct spawn *spawn, struct buf *out)
{
	struct process process = PROCESS_NONE;
	int status = -1, fds[2];
	char chunk[4096];
	ssize_t n;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	spawn->out = fds[1];
	assert_int_equal(process_spawn(spawn, &process, &err), 0);
	close(fds[1]);
	while ((n = read(fds[0], chunk, sizeof(chunk))) > 0)
		buf_append(out, chunk, (size_t)n);
	close(fds[0]);
	assert_true(process_wait(&process, 5000));
	assert_int_equal(process_reap(&process, &status, &err), 0);
	assert_int_equal(process.pidfd, -1);
	return status;
}

static int run_shell(const char *script, struct spawn spawn, struct buf *out)
{
	const char *argv[] = { "/bin/sh", "-c", script, NULL };

	spawn.argv = argv;
	return run(&spawn, out);
}

static void environment_is_what_was_given(void **state)
{
	const char *argv[] = { "/usr/bin/env", NULL }, *env[] = { "A=1", "B=2", NULL };
	cleanup_buf struct buf with = BUF_INIT, without = BUF_INIT;

	(void)state;
	assert_int_equal(run(&(struct spawn){ .argv = argv, .env = env }, &with), 0);
	assert_string_equal(buf_text(&with), "A=1\nB=2\n");
	assert_int_equal(run(&(struct spawn){ .argv = argv }, &without), 0);
	assert_string_equal(buf_text(&without), "");
}

static void child_has_no_other_descriptors(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;
	cleanup_fd int leak = open("/etc/passwd", O_RDONLY); /* not close-on-exec */
	cleanup_fd int kept = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	int fds[] = { kept, kept };

	(void)state;
	assert_true(leak >= 0 && kept >= 0);
	/* The directory that is being listed is a descriptor too, the next free one. */
	assert_int_equal(run_shell("echo /proc/$$/fd/*; readlink /proc/$$/fd/0 /proc/$$/fd/3 "
				   "/proc/$$/fd/4; pwd",
				   (struct spawn){ .fds = fds, .fds_count = 2 }, &out),
			 0);
	assert_null(strstr(buf_text(&out), "passwd"));
	assert_non_null(strstr(buf_text(&out), "/dev/null\n/dev/zero\n/dev/zero\n/\n"));
	assert_null(strstr(buf_text(&out), "fd/6"));
}

/* The numbers of the parent's descriptors and of the child's may cross. */
static void crossing_descriptors(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	int full = open("/dev/full", O_RDONLY | O_CLOEXEC);
	int fds[2];

	(void)state;
	fds[0] = zero > full ? zero : full;
	fds[1] = zero > full ? full : zero;
	assert_int_equal(run_shell("readlink /proc/$$/fd/3 /proc/$$/fd/4",
				   (struct spawn){ .fds = fds, .fds_count = 2 }, &out),
			 0);
	assert_string_equal(buf_text(&out), "/dev/full\n/dev/zero\n");
	close(zero);
	close(full);
}

static void signals_are_reset(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;
	sigset_t set, before;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, &before), 0);
	(void)signal(SIGHUP, SIG_IGN);
	assert_int_equal(
	    run_shell("grep -E '^Sig(Blk|Ign)' /proc/self/status", (struct spawn){ 0 }, &out), 0);
	(void)signal(SIGHUP, SIG_DFL);
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
	/* SIGPIPE, number 13, and no other. */
	assert_string_equal(buf_text(&out), "SigBlk:\t0000000000000000\n"
					    "SigIgn:\t0000000000001000\n");
}

static void limit_and_session_are_set(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(run_shell("ulimit -n; ulimit -Hn; read a b c d e f g < /proc/$$/stat; "
				   "test $a = $f && echo leads",
				   (struct spawn){ .nofile = 123, .session = true }, &out),
			 0);
	assert_string_equal(buf_text(&out), "123\n123\nleads\n");
}

static void exec_failure_is_reported(void **state)
{
	const char *argv[] = { "/nonexistent/program", NULL };
	struct spawn spawn = { .argv = argv, .out = -1 };
	struct process process = PROCESS_NONE;

	(void)state;
	assert_int_equal(process_spawn(&spawn, &process, &err), -1);
	assert_non_null(strstr(err.text, "/nonexistent/program"));
	assert_non_null(strstr(err.text, "No such file"));
	assert_int_equal(process.pidfd, -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	argv[0] = "/etc/passwd";
	assert_int_equal(process_spawn(&spawn, &process, &err), -1);
	assert_int_equal(err.code, ERR_PERMISSION);
	argv[0] = "sleep";
	assert_int_equal(process_spawn(&spawn, &process, &err), -1);
	assert_int_equal(err.code, ERR_INTERNAL);
}

static int refuse(void *user, const struct process *process, struct err *why)
{
	*(pid_t *)user = process->pid;
	return err_set(why, ERR_FAILED, "it cannot be noted");
}

static void one_that_cannot_be_noted_does_not_run(void **state)
{
	struct process process = PROCESS_NONE;
	pid_t pid = 0;
	const struct spawn spawn = { .argv = sleeper, .out = -1, .forked = refuse, .user = &pid };

	(void)state;
	assert_int_equal(process_spawn(&spawn, &process, &err), -1);
	assert_non_null(strstr(err.text, "it cannot be noted"));
	assert_int_equal(process.pid, 0);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
}

static int die(void *user, const struct process *process, struct err *why)
{
	(void)why;
	if (write(*(int *)user, &process->pid, sizeof(process->pid)) > 0)
		(void)kill(getpid(), SIGKILL);
	return 0;
}

/* The parent is killed when the child exists and is not noted yet: the child ends by itself. */
static void no_child_outlives_us_unnoted(void **state)
{
	struct process process = PROCESS_NONE;
	int fds[2], status;
	pid_t parent, child = 0;

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	parent = fork();
	if (parent == 0)
		_exit(process_spawn(
		    &(struct spawn){ .argv = sleeper, .out = -1, .forked = die, .user = &fds[1] },
		    &process, &err));
	assert_int_equal(waitpid(parent, &status, 0), parent);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(read(fds[0], &child, sizeof(child)), sizeof(child));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
	close(fds[0]);
	close(fds[1]);
}

static void end_is_seen(void **state)
{
	struct spawn spawn = { .argv = sleeper, .out = -1 };
	struct process process = PROCESS_NONE, adopted = PROCESS_NONE;
	struct pollfd poll_fd = { .events = POLLIN };
	char text[64];
	int status;

	(void)state;
	assert_int_equal(process_spawn(&spawn, &process, &err), 0);
	poll_fd.fd = process.pidfd;
	assert_int_equal(poll(&poll_fd, 1, 0), 0);
	assert_int_equal(process_reap(&process, &status, &err), 1);
	assert_false(process_wait(&process, 10));
	assert_int_equal(process_signal(&process, SIGKILL, &err), 0);
	assert_int_equal(poll(&poll_fd, 1, 5000), 1);
	/* A zombie is nobody to adopt. */
	assert_int_equal(process_adopt(process.pid, process.start, &adopted, &err), 1);
	assert_int_equal(process_reap(&process, &status, &err), 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_string_equal(process_status_text(status, text), "signal 9 (Killed)");
	assert_string_equal(process_status_text(W_EXITCODE(3, 0), text), "exit status 3");
	assert_string_equal(process_status_text(-1, text), "unknown status");
	assert_int_equal(process.pid, 0);
	assert_int_equal(process_signal(&process, SIGKILL, &err), 1);
}

static void strangers_are_adopted_by_start_time(void **state)
{
	struct spawn spawn = { .argv = sleeper, .out = -1 };
	struct process process = PROCESS_NONE, adopted = PROCESS_NONE;
	int status;

	(void)state;
	assert_int_equal(process_spawn(&spawn, &process, &err), 0);
	assert_int_equal(process_adopt(process.pid, process.start + 1, &adopted, &err), 1);
	assert_int_equal(process_adopt(0, 0, &adopted, &err), 1);
	assert_int_equal(process_adopt(process.pid, process.start, &adopted, &err), 0);
	assert_int_equal(process_signal(&adopted, SIGTERM, &err), 0);
	assert_true(process_wait(&adopted, 5000));
	process_release(&adopted);
	assert_int_equal(process_reap(&process, &status, &err), 0);
	assert_int_equal(WTERMSIG(status), SIGTERM);
	/* Not our child: init's. */
	assert_int_equal(process_adopt(getppid(), 0, &adopted, &err), 1);
}

/* The end of one that is not our child is seen, its status is not. */
static void status_of_a_stranger_is_unknown(void **state)
{
	struct process adopted = PROCESS_NONE;
	struct procfs_stat stat;
	int fds[2], status = 0;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	if (fork() == 0) {
		pid = fork();
		if (pid == 0) {
			sleep(100);
			_exit(0);
		}
		if (write(fds[1], &pid, sizeof(pid)) < 0)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(read(fds[0], &pid, sizeof(pid)), sizeof(pid));
	assert_int_equal(wait(NULL) > 0, 1);
	assert_int_equal(procfs_stat(pid, &stat, &err), 0);
	assert_int_equal(process_adopt(pid, stat.start, &adopted, &err), 0);
	assert_int_equal(process_signal(&adopted, SIGKILL, &err), 0);
	assert_true(process_wait(&adopted, 5000));
	assert_int_equal(process_reap(&adopted, &status, &err), 0);
	assert_int_equal(status, -1);
	close(fds[0]);
	close(fds[1]);
}

static bool is_sleeper(const struct procfs_process *process, void *user)
{
	(void)user;
	return process->argc == 3 && !strcmp(process->argv[2], "23") &&
	       process->stat.parent == getpid();
}

static void processes_are_found_by_argv(void **state)
{
	struct spawn spawn = { .argv = sleeper, .out = -1 };
	cleanup_arena struct arena *arena = arena_new();
	struct process process = PROCESS_NONE;
	struct procfs_process *list;
	size_t count;
	int status;

	(void)state;
	assert_int_equal(process_spawn(&spawn, &process, &err), 0);
	assert_int_equal(procfs_find(arena, is_sleeper, NULL, &list, &count, &err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].pid, process.pid);
	assert_int_equal(list[0].stat.start, process.start);
	assert_string_equal(list[0].stat.comm, "sleep");
	assert_string_equal(procfs_argument(&list[0], "100"), "23");
	assert_null(procfs_argument(&list[0], "23"));
	assert_null(list[0].argv[3]);
	assert_int_equal(process_signal(&process, SIGKILL, &err), 0);
	assert_true(process_wait(&process, 5000));
	assert_int_equal(process_reap(&process, &status, &err), 0);
	assert_int_equal(procfs_find(arena, is_sleeper, NULL, &list, &count, &err), 0);
	assert_int_equal(count, 0);
}

static void stat_is_parsed(void **state)
{
	struct procfs_stat stat;

	(void)state;
	assert_true(procfs_parse_stat("12 (a) b (c\n)) S 7 12 12 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 "
				      "1 0 987654321 8 9 10\n",
				      &stat));
	assert_string_equal(stat.comm, "a) b (c?)");
	assert_int_equal(stat.state, 'S');
	assert_int_equal(stat.parent, 7);
	assert_int_equal(stat.cpu, 5 + 6);
	assert_int_equal(stat.start, 987654321);
	assert_false(procfs_parse_stat("", &stat));
	assert_false(procfs_parse_stat(")(", &stat));
	assert_false(procfs_parse_stat("12 (a) S 7 12", &stat));
	assert_false(procfs_parse_stat("12 (a", &stat));
}

static void code_that_was_replaced_is_named(void **state)
{
	char name[PROCFS_NAME_MAX];

	(void)state;
	assert_true(procfs_parse_maps(
	    "55d0a000-55d0c000 r--p 00000000 08:01 11      /usr/sbin/xl2tpd\n"
	    "55d0c000-55d1e000 r-xp 00002000 08:01 11      /usr/sbin/xl2tpd\n"
	    "7f100000-7f150000 r-xp 00028000 08:01 12      /usr/lib/x86/libc .so.6 (deleted)\n",
	    name));
	assert_string_equal(name, "libc .so.6");
	/* Cut off behind it, and with what a terminal would obey. */
	assert_true(procfs_parse_maps("1-2 --xp 0 08:01 12 /a\033b (deleted)", name));
	assert_string_equal(name, "a?b");
}

static void what_is_no_code_of_a_file_is_not(void **state)
{
	static const char *const others[] = {
		"",
		"\n \n/\n",
		"1-2 r--p 0 08:01 12 /usr/lib/libc.so.6 (deleted)\n",
		"1-2 r-xp 0 08:01 12 /usr/lib/libc.so.6\n",
		"1-2 r-xp 0 00:00 0\n1-2 r-xp 0 00:00 0 [anon:jit/x (deleted)]\n",
		"1-2 r-xp 0 00:01 12 /memfd:doublemapper (deleted)\n",
		"1-2 rwxs 0 00:01 12 /dev/zero (deleted)\n",
		"1-2 rwxs 0 00:01 12 /SYSV00000000 (deleted)\n",
		"/ (deleted)\n",
		"1-2 r-xp 0 08:01 12 / (delete",
	};
	char name[PROCFS_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < array_size(others); i++) {
		assert_false(procfs_parse_maps(others[i], name));
		assert_string_equal(name, "");
	}
	assert_int_equal(procfs_replaced(getpid(), name, &err), 0);
	assert_string_equal(name, "");
}

static void gone_is_no_error(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct procfs_stat stat;
	char **argv;
	char name[PROCFS_NAME_MAX];
	size_t argc;

	(void)state;
	assert_int_equal(procfs_stat(0x3fffffff, &stat, &err), 1);
	assert_int_equal(procfs_replaced(0x3fffffff, name, &err), 1);
	assert_int_equal(procfs_argv(0x3fffffff, arena, &argv, &argc, &err), 1);
}

static void pidfile_is_read_back(void **state)
{
	struct pidfile in = { .pid = 123, .start = UINT64_MAX, .digest = "0a9f" }, out;

	(void)state;
	assert_int_equal(pidfile_read(tmpdir_path("none"), &out, &err), 1);
	assert_int_equal(pidfile_write(tmpdir_path("pid"), &in, &err), 0);
	assert_int_equal(pidfile_read(tmpdir_path("pid"), &out, &err), 0);
	assert_int_equal(out.pid, 123);
	assert_true(out.start == UINT64_MAX);
	assert_string_equal(out.digest, "0a9f");
	in.digest[0] = '\0';
	assert_int_equal(pidfile_write(tmpdir_path("pid"), &in, &err), 0);
	assert_int_equal(pidfile_read(tmpdir_path("pid"), &out, &err), 0);
	assert_string_equal(out.digest, "");
}

static void malformed_pidfiles_are_refused(void **state)
{
	static const char *const texts[] = {
		"",          "\n",         "12\n",    "12 5\n",       "0 5 ab\n",
		"-1 5 ab\n", "12 5 xyz\n", "12 5 ab", "12 5 ab cd\n", "99999999999 5 ab\n"
	};
	struct pidfile out;

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++) {
		tmpdir_write("bad", texts[i]);
		assert_int_equal(pidfile_read(tmpdir_path("bad"), &out, &err), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(environment_is_what_was_given),
		cmocka_unit_test(child_has_no_other_descriptors),
		cmocka_unit_test(crossing_descriptors),
		cmocka_unit_test(signals_are_reset),
		cmocka_unit_test(limit_and_session_are_set),
		cmocka_unit_test(exec_failure_is_reported),
		cmocka_unit_test(one_that_cannot_be_noted_does_not_run),
		cmocka_unit_test(no_child_outlives_us_unnoted),
		cmocka_unit_test(end_is_seen),
		cmocka_unit_test(strangers_are_adopted_by_start_time),
		cmocka_unit_test(status_of_a_stranger_is_unknown),
		cmocka_unit_test(processes_are_found_by_argv),
		cmocka_unit_test(stat_is_parsed),
		cmocka_unit_test(code_that_was_replaced_is_named),
		cmocka_unit_test(what_is_no_code_of_a_file_is_not),
		cmocka_unit_test(gone_is_no_error),
		cmocka_unit_test(pidfile_is_read_back),
		cmocka_unit_test(malformed_pidfiles_are_refused),
	};

	return cmocka_run_group_tests(tests, tmpdir_make, tmpdir_remove);
}
