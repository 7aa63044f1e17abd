/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_HISTORY_H
#define L2TPGW_APPLY_HISTORY_H

/*
 * The policies that were applied or tried, STATE/history (0700): one directory a generation, named
 * by its number, with policy.json (the exact bytes) and record.json (who, when, what, changes,
 * result). STATE/history/current names the one in force, and replacing that file is the moment at
 * which an apply counts. Every write is atomic and synced; what a crash leaves half made is not
 * seen and goes with the next history_add() or history_sweep(). For one process at a time, but
 * whoever reads meanwhile sees the old or the new.
 */
#include <jansson.h>
#include <stdint.h>

#include "apply/change.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "drive/paths.h"

#define HISTORY_KEPT        50   /* generations; those in force and to go back to come on top */
#define HISTORY_CHANGES_MAX 1000 /* changes that a record tells one by one */

enum generation_result {
	GENERATION_APPLIED,
	GENERATION_FAILED,      /* undone; detail says why */
	GENERATION_UNCONFIRMED, /* rolled back: nobody confirmed it */
	GENERATION_PENDING,     /* under way, or a crash cut it off */
};

struct generation {
	unsigned number; /* from 1, never used twice */
	int64_t when;    /* wall seconds */
	char who[64];    /* "root (alice)" */
	char what[128];  /* "apply", "user add alice", "rollback to 3" */
	enum generation_result result;
	char detail[256]; /* "" = nothing to add */
	unsigned changes; /* how many effects it had */
};

/* The one in force; 0 = none yet. */
int history_current(const struct paths *paths, unsigned *number, struct err *err);
/* Removes what a crash left half made or half removed. Best effort: nobody looks at it. */
void history_sweep(const struct paths *paths);
/*
 * Keeps a policy that is about to be tried; fills in g->number and g->changes; its
 * result is PENDING.
 * `changes` may be NULL. Removes the oldest beyond HISTORY_KEPT, never the current one.
 */
int history_add(const struct paths *paths, struct generation *g, const char *policy, size_t len,
		const struct changes *changes, struct err *err);
/*
 * Puts `number` in force. When this returns 0 or the process dies later, that is so; its result
 * reads GENERATION_APPLIED from then on. Going back to a generation is the same call; 0 = to none.
 * After a failure either may be in force: undoing calls it again for the one before.
 */
int history_commit(const struct paths *paths, unsigned number, struct err *err);
/* How it ended. `detail` may be NULL and is cut to fit. */
int history_result(const struct paths *paths, unsigned number, enum generation_result result,
		   const char *detail, struct err *err);
/* Appends its text. ERR_FAILED naming those that exist if there is none of that number. */
int history_policy(const struct paths *paths, unsigned number, struct buf *text, struct err *err);
/* All, oldest first, in the arena. */
int history_list(const struct paths *paths, struct arena *arena, struct generation **list,
		 size_t *count, struct err *err);
/* One, and what it changed (changes->arena is the caller's). */
int history_read(const struct paths *paths, unsigned number, struct generation *g,
		 struct changes *changes, struct err *err);
/* "applied", "failed", "unconfirmed", "pending" */
const char *generation_result_name(enum generation_result result);

#endif
