/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_WORKER_H
#define L2TPGW_DAEMON_WORKER_H

/*
 * One xl2tpd worker: its process, started, asked regularly whether it is alive, started again. One
 * that is stopped or keeps silent (silence.h) is dead; its clients are told by way of the session
 * table.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/gateway.h"
#include "daemon/silence.h"
#include "daemon/supervised.h"
#include "drive/xl2tpd.h"

#define WORKER_ANSWER_US 5000000u /* a question is given up after so long */

enum worker_role {
	WORKER_NEW, /* started for a plan that is not in force yet */
	WORKER_SERVING,
	WORKER_DRAINING, /* keeps its tunnels and gets no new ones; not started again */
	WORKER_ENDING,   /* told to end */
	WORKER_ENDED,    /* its process is gone; to be freed */
};

struct worker {
	struct gateway *gateway;
	unsigned number;
	enum worker_role role;
	bool led;                /* clients may have been led to it */
	char config[PATHS_MAX];  /* RUN/xl2tpd-N.conf */
	uint64_t draining_since; /* ms, monotonic */
	bool empty;              /* said, since it drains, that it has no tunnel */
	bool closed;             /* its sessions were told to end: l2tp.drain is over */
	unsigned attempts;       /* restarts that are no failure of its own */
	struct supervised process;
	struct xl2tpd *pipe;
	sd_event_source *source;
	struct loop_timer pipe_timer, health_timer;
	struct silence silence;
	bool asked;          /* a health question is under way */
	bool asked_draining; /* it was asked when it drained already */
};

struct worker *worker_new(struct gateway *gateway, unsigned number);
/* Leaves the process alone. Not to be called by its own callbacks. */
void worker_free(struct worker *worker);
/* Takes hold of the process that its pid file names, if it still runs; so does its role. */
bool worker_adopt(struct worker *worker);
/* Its pid file or its control pipe may have been removed by somebody. */
void worker_put_back(struct worker *worker);
/* Starts it if it does not run. */
void worker_start(struct worker *worker, const char *digest);
/* It serves, whatever it did before. */
void worker_serve(struct worker *worker);
void worker_drain(struct worker *worker);
void worker_end(struct worker *worker);
/* 1 = it answers, 0 = not yet, -1 = it failed. */
int worker_progress(const struct worker *worker, struct err *err);
/* How many clients have a login on it. */
unsigned worker_logins(const struct worker *worker);

#endif
