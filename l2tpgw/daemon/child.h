/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_CHILD_H
#define L2TPGW_DAEMON_CHILD_H

/*
 * Supervision of one process, as a state × event table (child.c). Pure: it decides, its owner acts.
 * Readiness is a condition the owner checks (a socket answers), never a time that passed. A child
 * that no longer answers counts as dead. After a failure it comes back at once if it had been ready
 * for CHILD_STABLE_MS, else after a delay that doubles from CHILD_BACKOFF_MIN_MS to _MAX_MS.
 */
#include <stdbool.h>
#include <stdint.h>

#define CHILD_BACKOFF_MIN_MS 250u
#define CHILD_BACKOFF_MAX_MS 30000u
#define CHILD_STABLE_MS      10000u
#define CHILD_START_MS       60000u /* to become ready; generous: a loaded machine is slow, not dead */
#define CHILD_STOP_MS        15000u /* from a polite stop to SIGKILL */

enum child_state {
	CHILD_DOWN,     /* not wanted */
	CHILD_STARTING, /* runs, not ready yet */
	CHILD_READY,    /* answers */
	CHILD_STOPPING, /* told to end because it is not wanted any more */
	CHILD_KILLED,   /* frozen or late: killed, will be started again once it is gone */
	CHILD_WAITING,  /* failed; the next start is due at `deadline` */
	CHILD_STATES,
};

enum child_event {
	CHILD_START,    /* wanted */
	CHILD_ADOPTED,  /* found running from before */
	CHILD_ANSWERED, /* the readiness condition holds */
	CHILD_FROZEN,   /* was asked and did not answer in time */
	CHILD_EXITED,   /* the process is gone (or could not be started) */
	CHILD_TIMER,    /* `deadline` has come */
	CHILD_STOP,     /* not wanted any more */
	CHILD_EVENTS,
};

enum child_action { /* what the owner must do now */
		    CHILD_DO_NOTHING,
		    CHILD_DO_SPAWN,
		    CHILD_DO_TERMINATE, /* ask it politely */
		    CHILD_DO_KILL,      /* SIGKILL */
		    CHILD_DO_LOST,  /* it died under load: everything that lived in it is gone */
		    CHILD_DO_READY, /* it became ready: give it its configuration */
		    CHILD_DO_GONE,  /* it ended as it was told */
};

struct child {
	enum child_state state;
	uint64_t deadline;    /* ms, monotonic; UINT64_MAX = none */
	uint64_t ready_since; /* ms; meaningful in CHILD_READY */
	uint32_t backoff;     /* ms until the next start */
	unsigned restarts;    /* since the supervisor began */
};

void child_init(struct child *child);
enum child_action child_event(struct child *child, enum child_event event, uint64_t now);
const char *child_state_name(enum child_state state);

#endif
