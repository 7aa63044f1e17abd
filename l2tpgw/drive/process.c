/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/process.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "drive/procfs.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int pidfd_open_(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* Zombies of others count as gone: nobody will ever hear from them again. */
int process_adopt(pid_t pid, uint64_t start, struct process *process, struct err *err)
{
	cleanup_fd int fd = pid > 0 ? pidfd_open_(pid) : -1;
	struct procfs_stat stat;
	int rc;

	if (pid <= 0)
		return 1;
	if (fd < 0)
		return errno == ESRCH ? 1 : err_errno(err, errno, "process %d", (int)pid);
	/* Looked at after the pidfd was taken: if it is the right one now, the pidfd is too. */
	rc = procfs_stat(pid, &stat, err);
	if (rc)
		return rc;
	if (stat.start != start || stat.state == 'Z' || stat.state == 'X')
		return 1;
	*process = (struct process){ .pid = pid, .pidfd = steal_fd(&fd), .start = start };
	return 0;
}

int process_signal(const struct process *process, int sig, struct err *err)
{
	if (process->pidfd < 0)
		return 1;
	if (syscall(SYS_pidfd_send_signal, process->pidfd, sig, NULL, 0) == 0)
		return 0;
	return errno == ESRCH ? 1
			      : err_errno(err, errno, "signal %d to process %d", sig, process->pid);
}

static bool has_ended(const struct process *process, int ms)
{
	struct pollfd poll_fd = { .fd = process->pidfd, .events = POLLIN };

	return poll(&poll_fd, 1, ms) > 0;
}

static int status_of(const siginfo_t *info)
{
	if (info->si_code == CLD_EXITED)
		return W_EXITCODE(info->si_status & 0xff, 0);
	return W_EXITCODE(0, info->si_status);
}

int process_reap(struct process *process, int *status, struct err *err)
{
	siginfo_t info = { 0 };

	*status = -1;
	if (process->pidfd < 0)
		return 0;
	if (!has_ended(process, 0))
		return 1;
	if (waitid((idtype_t)P_PIDFD, (id_t)process->pidfd, &info, WEXITED) == 0)
		*status = status_of(&info);
	else if (errno != ECHILD)
		return err_errno(err, errno, "waiting for process %d", (int)process->pid);
	process_release(process);
	return 0;
}

void process_release(struct process *process)
{
	if (process->pidfd >= 0)
		close(process->pidfd);
	*process = (struct process)PROCESS_NONE;
}

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool process_wait(const struct process *process, int ms)
{
	int64_t end = now_ms() + ms;

	for (;;) {
		int64_t left = end - now_ms();

		/* poll() ends early when a signal is caught. */
		if (process->pidfd < 0 || has_ended(process, left > 0 ? (int)left : 0))
			return true;
		if (left <= 0)
			return false;
	}
}

const char *process_status_text(int status, char out[64])
{
	if (status == -1)
		(void)snprintf(out, 64, "unknown status");
	else if (WIFSIGNALED(status))
		(void)snprintf(out, 64, "signal %d (%s)", WTERMSIG(status),
			       strsignal(WTERMSIG(status)));
	else
		(void)snprintf(out, 64, "exit status %d", WEXITSTATUS(status));
	return out;
}
