/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_SUPERVISED_H
#define L2TPGW_DAEMON_SUPERVISED_H

/*
 * A supervised process: the table of child.h joined to a real process, its pid file and a timer.
 * The process outlives l2tpgwd and is adopted by the next one.
 */
#include "base/err.h"
#include "daemon/child.h"
#include "daemon/loop.h"
#include "drive/paths.h"
#include "drive/pidfile.h"
#include "drive/process.h"
#include "drive/procfs.h"

struct supervised_ops {
	/* With supervised_note() as the spawn's `forked`. */
	int (*spawn)(void *user, struct process *process, struct err *err);
	void (*started)(void *user); /* it runs (new or adopted): see whether it answers */
	void (*gone)(void *user);    /* it is dead, and what lived in it */
	void (*ended)(void *user);   /* after supervised_stop(); NULL = never stopped */
};

struct supervised {
	char name[24]; /* for the log: "charon", "xl2tpd-1" */
	char pid_path[PATHS_MAX];
	char digest[PIDFILE_DIGEST_MAX];  /* of the configuration it is to be started with */
	char running[PIDFILE_DIGEST_MAX]; /* of that which the present process was started with */
	struct child child;
	struct process process;
	bool adopted;      /* the present process was started by an earlier l2tpgwd */
	bool again;        /* once it has ended as it was told, it is started again */
	char failure[256]; /* why it is not ready, as far as we know; "" = nothing went wrong */
	char replaced[PROCFS_NAME_MAX]; /* a file of its code that an upgrade has replaced; "" =
					   none */
	uint64_t look_due;
	sd_event *loop;
	sd_event_source *source; /* of the pidfd */
	struct loop_timer timer;
	const struct supervised_ops *ops;
	void *user;
};

void supervised_init(struct supervised *s, sd_event *loop, const char *name, const char *pid_path,
		     const struct supervised_ops *ops, void *user);
/* Writes the pid file of a `struct supervised` whose process has just been forked. */
int supervised_note(void *supervised, const struct process *process, struct err *err);
/* Somebody may have removed the pid file of a process that runs: then it is written anew. */
void supervised_put_back(const struct supervised *s);
/* Lets go of the process without touching it. */
void supervised_free(struct supervised *s);
/* Takes hold of what the pid file names, with the digest there, if it still runs. */
bool supervised_adopt(struct supervised *s);
/* Adopts what the pid file names if it still runs, else starts it. */
void supervised_start(struct supervised *s, const char *digest);
/* It is not wanted any more; `ended` follows if there is anything to be ended. */
void supervised_stop(struct supervised *s);
/* Ends it and starts it anew with that configuration; `gone` is called between. */
void supervised_restart(struct supervised *s, const char *digest);
/* Its readiness condition holds. */
void supervised_answered(struct supervised *s);
/* It runs, but does not answer: it is killed and started anew. */
void supervised_frozen(struct supervised *s);
/* It was stopped (SIGSTOP, a debugger): frozen as far as anybody can see. */
bool supervised_stopped(const struct supervised *s);
/* Called often: looks now and then whether an upgrade has replaced what it runs, and logs it. */
void supervised_look(struct supervised *s);

#endif
