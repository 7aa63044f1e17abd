/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_MARKS_H
#define L2TPGW_DAEMON_MARKS_H

/*
 * Using up marks of charon. Its counter of unique marks begins at 1 when it starts and cannot be
 * set; but each CHILD_SA made takes one, a trap too (strongSwan, child_sa.c: child_sa_create). So a
 * connection of traps for an address pair that nobody uses moves it on, and is unloaded again.
 */
#include "base/tree.h"
#include "daemon/link.h"

/* charon compares each trap with all there are, so many small messages are done sooner. */
#define MARKS_AT_ONCE 128
/* 198.18.64.1: within 198.18.0.0/15, outside what the fabric uses; nothing is ever sent there. */
#define MARKS_LOCAL 0xc6124001u

struct marks {
	struct link *link; /* the connection for commands */
	void (*done)(void *user);
	void *user;
	unsigned left;
};

/*
 * Begins to use up `count` marks, MARKS_AT_ONCE at a time; `done` is called when it is over,
 * whether charon did it or not, but not if the connection ends before.
 */
void marks_use(struct marks *marks, unsigned count);

/* The message of a load-conn that takes `count` marks (1 to MARKS_AT_ONCE). */
struct tree *marks_message(struct arena *arena, unsigned count);
/* The message of the unload-conn that removes the traps. */
struct tree *marks_unload_message(struct arena *arena);

#endif
