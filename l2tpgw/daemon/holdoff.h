/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_HOLDOFF_H
#define L2TPGW_DAEMON_HOLDOFF_H

/*
 * Somebody else may keep changing what is ours, by a program that thinks it is its own: it is put
 * back at once a few times, then only now and then, until there is peace for a while. Pure: time
 * is an argument (monotonic ms).
 */
#include <stdbool.h>
#include <stdint.h>

#define HOLDOFF_TIMES     5     /* at once, within HOLDOFF_WINDOW_MS */
#define HOLDOFF_WINDOW_MS 60000 /* as long without a change is peace */
#define HOLDOFF_PAUSE_MS  30000 /* between putting it back and doing so again, from then on */
#define HOLDOFF_TRACKED   64    /* objects at once; the one that was quiet longest is forgotten */
#define HOLDOFF_NAME_MAX  192

enum holdoff_verdict {
	HOLDOFF_GO,    /* put it back */
	HOLDOFF_PAUSE, /* leave it for HOLDOFF_PAUSE_MS, and say so: it is the first time */
	HOLDOFF_WAIT,  /* leave it until holdoff_due() */
};

struct holdoff {
	struct holdoff_object {
		char name[HOLDOFF_NAME_MAX]; /* "" = free */
		uint64_t since, last;        /* the first and the last change of this window */
		uint64_t due;                /* 0 = not paused */
		unsigned count;
		bool left; /* changed, and not put back */
	} objects[HOLDOFF_TRACKED];
};

/* An object of that name was found changed. */
enum holdoff_verdict holdoff_found(struct holdoff *holdoff, const char *name, uint64_t now);
/* When those that were left have to be looked at; UINT64_MAX = there are none. */
uint64_t holdoff_due(const struct holdoff *holdoff);
/* They are being looked at now: what is still changed is found again. */
void holdoff_looked(struct holdoff *holdoff, uint64_t now);

#endif
