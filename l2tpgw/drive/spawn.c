/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "drive/procfs.h"

#define FDS_FIRST 3
/* Above all the numbers the child's descriptors will have, so that none is overwritten early. */
#define FDS_SAFE (FDS_FIRST + SPAWN_FDS_MAX + 1)
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* Everything below runs between fork() and execve(): async-signal-safe calls only. */

static int lift(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, FDS_SAFE);
}

static int child_fds(const struct spawn *spawn, int null)
{
	int from[SPAWN_FDS_MAX + FDS_FIRST];
	size_t count = FDS_FIRST + spawn->fds_count;

	from[0] = lift(null);
	from[1] = from[2] = spawn->out >= 0 ? lift(spawn->out) : from[0];
	for (size_t i = 0; i < spawn->fds_count; i++)
		from[FDS_FIRST + i] = lift(spawn->fds[i]);
	for (size_t i = 0; i < count; i++) {
		if (from[i] < 0 || dup2(from[i], (int)i) < 0)
			return -1;
	}
	/* Ours are close-on-exec; this is for what somebody gave us. Missing before Linux 5.11. */
	(void)syscall(SYS_close_range, (unsigned)count, ~0U, CLOSE_RANGE_CLOEXEC);
	return 0;
}

static int child_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++) {
		if (sig != SIGKILL && sig != SIGSTOP)
			(void)signal(sig, sig == SIGPIPE ? SIG_IGN : SIG_DFL);
	}
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

static int child_limits(unsigned nofile)
{
	struct rlimit limit = { .rlim_cur = nofile, .rlim_max = nofile };

	return nofile ? setrlimit(RLIMIT_NOFILE, &limit) : 0;
}

/* Until the parent says so; false = it is gone, or does not want us. */
static bool is_let_go(const int gate[2])
{
	char byte;
	ssize_t n;

	(void)close(gate[1]);
	do {
		n = read(gate[0], &byte, 1);
	} while (n < 0 && errno == EINTR);
	return n == 1;
}

static _Noreturn void child(const struct spawn *spawn, int null, int report, const int gate[2])
{
	static const char *const empty[] = { NULL };
	int errnum;

	if (!is_let_go(gate))
		_exit(126);
	if ((!spawn->session || setsid() >= 0) && child_fds(spawn, null) == 0 &&
	    child_signals() == 0 && chdir("/") == 0 && child_limits(spawn->nofile) == 0)
		(void)execve(spawn->argv[0], (char *const *)(uintptr_t)spawn->argv,
			     (char *const *)(uintptr_t)(spawn->env ? spawn->env : empty));
	errnum = errno;
	if (write(report, &errnum, sizeof(errnum)) < 0)
		_exit(126);
	_exit(127);
}

/* The pipe closes without a word when execve() succeeds. */
static int exec_errno(int report)
{
	int errnum = 0;
	ssize_t n;

	do {
		n = read(report, &errnum, sizeof(errnum));
	} while (n < 0 && errno == EINTR);
	return n == sizeof(errnum) ? errnum : 0;
}

static void reap_failed(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int take_child(pid_t pid, struct process *process, struct err *err)
{
	struct procfs_stat stat;

	/* Not reaped by anybody yet, so pid and /proc entry are certainly its own. */
	if (procfs_stat(pid, &stat, err) != 0)
		return -1;
	process->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (process->pidfd < 0)
		return err_errno(err, errno, "pidfd");
	process->pid = pid;
	process->start = stat.start;
	return 0;
}

static int let_go(const struct spawn *spawn, const struct process *process, int gate,
		  struct err *err)
{
	if (spawn->forked && spawn->forked(spawn->user, process, err) < 0)
		return -1;
	return write(gate, "", 1) == 1 ? 0 : err_errno(err, errno, "its pipe");
}

static int parent(pid_t pid, const struct spawn *spawn, int report, int gate,
		  struct process *process, struct err *err)
{
	int errnum;

	if (take_child(pid, process, err) < 0 || let_go(spawn, process, gate, err) < 0) {
		(void)kill(pid, SIGKILL);
		reap_failed(pid);
		process_release(process);
		return err_wrap(err, "cannot run %s", spawn->argv[0]);
	}
	errnum = exec_errno(report);
	if (!errnum)
		return 0;
	reap_failed(pid);
	process_release(process);
	return err_errno(err, errnum, "cannot run %s", spawn->argv[0]);
}

int process_spawn(const struct spawn *spawn, struct process *process, struct err *err)
{
	cleanup_fd int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	cleanup_fd int ours = -1, theirs = -1, gate_in = -1, gate_out = -1;
	sigset_t all, before;
	int report[2], gate[2];
	pid_t pid;

	if (spawn->fds_count > SPAWN_FDS_MAX || spawn->argv[0][0] != '/')
		return err_set(err, ERR_INTERNAL, "cannot run %s this way", spawn->argv[0]);
	if (null < 0 || pipe2(report, O_CLOEXEC) < 0)
		return err_errno(err, errno, "cannot run %s", spawn->argv[0]);
	ours = report[0];
	theirs = lift(report[1]);
	close(report[1]);
	if (theirs < 0 || pipe2(gate, O_CLOEXEC) < 0)
		return err_errno(err, errno, "cannot run %s", spawn->argv[0]);
	gate_in = gate[0];
	gate_out = gate[1];
	/* No handler of ours may run in the child. */
	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		child(spawn, null, theirs, gate);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid < 0)
		return err_errno(err, errno, "cannot run %s", spawn->argv[0]);
	close(steal_fd(&theirs));
	close(steal_fd(&gate_in));
	return parent(pid, spawn, ours, gate_out, process, err);
}
