/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/program_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "drive/process.h"

#define SAID_MAX (4u << 20)
#define KILL_MS  1000

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until all who could write have closed it, or the time is over. False if it was too much. */
static bool read_all(int fd, int64_t end, struct buf *said)
{
	char block[4096];
	size_t total = 0;
	ssize_t n;

	do {
		struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
		int64_t left = end - now_ms();
		int ready = poll(&poll_fd, 1, left > 0 ? (int)left : 0);

		if (ready == 0)
			break;
		n = ready > 0 ? read(fd, block, sizeof(block)) : -1;
		total += n > 0 ? (size_t)n : 0;
		if (n > 0 && said && total <= SAID_MAX)
			buf_append(said, block, (size_t)n);
	} while (n > 0 || (n < 0 && errno == EINTR));
	return total <= SAID_MAX;
}

static int finish(struct process *process, const char *path, int64_t end, struct err *err)
{
	int64_t left = end - now_ms();
	int status = -1;

	if (!process_wait(process, left > 0 ? (int)left : 0)) {
		(void)process_signal(process, SIGKILL, err);
		(void)process_wait(process, KILL_MS);
		if (process_reap(process, &status, err) != 0)
			process_release(process);
		return err_set(err, ERR_FAILED, "%s does not come to an end", path);
	}
	if (process_reap(process, &status, err) < 0)
		return -1;
	if (!WIFEXITED(status))
		return err_set(err, ERR_FAILED, "%s was killed", path);
	return WEXITSTATUS(status);
}

int program_run(enum program program, const char *const *words, int ms, struct buf *said,
		struct err *err)
{
	static const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };
	const char *argv[PROGRAM_RUN_WORDS_MAX + 2] = { program_path(program) };
	struct spawn spawn = { .argv = argv, .env = env };
	struct process process = PROCESS_NONE;
	cleanup_fd int ours = -1, theirs = -1;
	int64_t end = now_ms() + ms;
	int ends[2], status;
	bool whole;

	for (size_t i = 0; words[i]; i++) {
		if (i == PROGRAM_RUN_WORDS_MAX)
			return err_set(err, ERR_INTERNAL, "too many words for %s", argv[0]);
		argv[i + 1] = words[i];
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(err, errno, "cannot run %s", argv[0]);
	ours = ends[0];
	spawn.out = theirs = ends[1];
	if (process_spawn(&spawn, &process, err) < 0)
		return -1;
	close(steal_fd(&theirs));
	whole = read_all(ours, end, said);
	status = finish(&process, argv[0], end, err);
	if (status >= 0 && !whole)
		return err_set(err, ERR_FAILED, "%s says too much", argv[0]);
	return status;
}

int program_must(enum program program, const char *const *words, int ms, struct err *err)
{
	cleanup_buf struct buf said = BUF_INIT;
	int status = program_run(program, words, ms, &said, err);

	if (status <= 0)
		return status;
	while (said.len && said.data[said.len - 1] == '\n')
		buf_truncate(&said, said.len - 1);
	/* The first word that is no option says what it was to do. */
	return err_set(err, ERR_FAILED, "%s %s: %s", program_path(program), words[**words == '-'],
		       said.len ? buf_text(&said) : "failed");
}
