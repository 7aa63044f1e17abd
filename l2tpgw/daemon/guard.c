/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "apply/journal.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/teardown.h"
#include "drive/pidfile.h"
#include "drive/process.h"

#define GRACE_MS 2000 /* for an l2tpgwd that lives to take it back itself */
#define AGAIN_MS 1000
#define END_MS   1000
#define MISSED   3 /* looks without an l2tpgwd: systemd starts one that crashed anew within them */

extern char **environ;

/* 0 = it runs. */
static int find(const struct paths *paths, struct process *process, struct err *err)
{
	struct pidfile file;
	int result = pidfile_read(paths->guard_pid, &file, err);

	return result ? result : process_adopt(file.pid, file.start, process, err);
}

int guard_start(const struct paths *paths, struct err *err)
{
	struct process process = PROCESS_NONE;
	struct pidfile file = { .pid = 0 };
	char binary[PATH_MAX];
	const char *const argv[] = { binary, "--guard", NULL };
	const struct spawn spawn = { .argv = argv,
				     .env = (const char *const *)environ,
				     .out = STDERR_FILENO,
				     .session = true };
	int result = find(paths, &process, err);

	if (result == 0)
		process_release(&process);
	if (result <= 0)
		return result;
	if (paths_daemon(binary, err) < 0 || process_spawn(&spawn, &process, err) < 0)
		return -1;
	file.pid = process.pid;
	file.start = process.start;
	process_release(&process);
	return pidfile_write(paths->guard_pid, &file, err);
}

void guard_end(const struct paths *paths)
{
	struct process process = PROCESS_NONE;
	struct err err = { .code = ERR_NONE };
	int status;

	if (find(paths, &process, &err) == 0) {
		(void)process_signal(&process, SIGKILL, &err);
		(void)process_wait(&process, END_MS);
		(void)process_reap(&process, &status, &err);
		process_release(&process);
	}
	if (file_remove(paths->guard_pid, &err) < 0)
		log_warning("%s", err.text);
}

static void sleep_ms(uint64_t ms)
{
	const struct timespec time = { .tv_sec = (time_t)(ms / 1000),
				       .tv_nsec = (long)(ms % 1000) * 1000000 };

	(void)clock_nanosleep(CLOCK_BOOTTIME, 0, &time, NULL);
}

/* l2tpgwd holds the lock as long as it lives (main.c). */
static bool daemon_lives(const struct paths *paths)
{
	cleanup_fd int fd = open(paths->daemon_pid, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

static int become_daemon(const struct paths *paths, struct err *err)
{
	char binary[PATH_MAX];
	char *const argv[] = { binary, NULL };

	log_notice("nobody confirmed the change and l2tpgwd is gone: the guard becomes it");
	if (paths_daemon(binary, err) < 0 || file_remove(paths->guard_pid, err) < 0)
		return -1;
	(void)execv(binary, argv);
	return err_errno(err, errno, "cannot execute %s", binary);
}

int guard_run(const struct paths *paths, struct err *err)
{
	char boot[BOOT_ID_MAX];
	struct journal journal;
	unsigned missed = 0;
	uint64_t left;

	if (boot_id(boot, err) < 0)
		return -1;
	while (journal_read(paths, &journal, err) == 0 && journal.phase == JOURNAL_CONFIRMING) {
		left = journal_left_ms(&journal, boot, boot_ms());
		if (left) {
			sleep_ms(left + GRACE_MS);
			continue;
		}
		/* Taken down: the next `up` takes it back. */
		if (!teardown_is_due(paths))
			return 0;
		missed = daemon_lives(paths) ? 0 : missed + 1;
		if (missed == MISSED)
			return become_daemon(paths, err);
		sleep_ms(AGAIN_MS);
	}
	return 0;
}
