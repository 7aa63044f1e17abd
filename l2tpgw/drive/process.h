/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_PROCESS_H
#define L2TPGW_DRIVE_PROCESS_H

/*
 * Processes, held by pidfd. A process that was started by an earlier life of ours is adopted by
 * pid and start time, so that a recycled pid is never mistaken for it; it is not our child then,
 * and how it ended stays unknown.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct process {
	pid_t pid;      /* 0 = none */
	int pidfd;      /* readable (poll) once it has ended; -1 = none */
	uint64_t start; /* clock ticks after boot: field 22 of /proc/PID/stat, proc(5) */
};

#define PROCESS_NONE                              \
	{                                         \
		.pid = 0, .pidfd = -1, .start = 0 \
	}

/*
 * The child gets: `env` and nothing else, / as its directory, /dev/null as standard input, no
 * blocked signal, default handlers except for SIGPIPE, which it ignores (whoever reads its output
 * may go away), and no descriptor but 0 to 2 and `fds`.
 */
struct spawn {
	const char *const *argv; /* argv[0] is an absolute path */
	const char *const *env;  /* NULL = empty */
	int out;                 /* standard output and error; -1 = /dev/null */
	const int *fds;          /* become 3, 4, … in the child */
	size_t fds_count;        /* at most SPAWN_FDS_MAX */
	unsigned nofile;         /* RLIMIT_NOFILE, soft and hard; 0 = as ours */
	bool session;            /* setsid(): a session and process group of its own */
	/*
	 * Called once the child exists; it runs argv only when this has returned 0 (NULL = at
	 * once), and ends if we do before: whoever notes it here never leaves one unnoted.
	 */
	int (*forked)(void *user, const struct process *process, struct err *err);
	void *user;
};

#define SPAWN_FDS_MAX 8

/* Returns once execve() has succeeded; if it or `forked` failed, *err says why and no child is
 * left.
 */
int process_spawn(const struct spawn *spawn, struct process *process, struct err *err);
/* 0; 1 = it is gone (no such pid, or another process has it now). */
int process_adopt(pid_t pid, uint64_t start, struct process *process, struct err *err);
/* 0; 1 = it has ended already. */
int process_signal(const struct process *process, int sig, struct err *err);
/*
 * Has it ended? 1 = still running. 0 = ended and reaped: *status is that of waitpid(2), or -1 if it
 * was not our child. The pidfd is closed and *process is none then.
 */
int process_reap(struct process *process, int *status, struct err *err);
/* Lets go of it without doing anything to it. */
void process_release(struct process *process);
/* Waits up to `ms` milliseconds for its end: true = it has ended (reap it). For short helpers. */
bool process_wait(const struct process *process, int ms);
/* "exit status 3", "signal 9 (Killed)", "unknown status" for a status of process_reap(). */
const char *process_status_text(int status, char out[64]);

#endif
