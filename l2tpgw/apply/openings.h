/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_OPENINGS_H
#define L2TPGW_APPLY_OPENINGS_H

/*
 * What the gateway has in other people's firewalls, and what it should have. STATE/openings says
 * what may be there, a line each, written before it is put in and dropped after it was taken out: a
 * crash in between leaves nothing that the next life, or `down`, does not know of. It outlives a
 * reboot, as rules of ufw do.
 */
#include "apply/change.h"
#include "apply/opening.h"
#include "base/err.h"
#include "drive/paths.h"

/* What a policy wants. */
struct openings_wish {
	bool integrate;  /* false = nothing is to be there */
	const char *wan; /* the interface; "" = unknown */
};

struct opening_step {
	struct opening opening;
	bool put;   /* else: taken out */
	bool again; /* it was there before, and somebody took it out */
};

struct opening_steps {
	struct opening_step *list;
	size_t count;
	bool silent; /* firewalld blocks, but does not answer: it starts or reloads, say */
};

/* True if anything may be there. */
bool openings_recorded(const struct paths *paths);
/* What differs from the wish; looks only. In the arena. */
int openings_diff(const struct paths *paths, const struct openings_wish *wish, struct arena *arena,
		  struct opening_steps *steps, struct err *err);
/*
 * Whoever changes others' firewalls is alone: waits for who is at it (ERR_LOCKED after a minute, or
 * if the gateway was taken down meanwhile). The descriptor holds the lock until it is closed.
 */
int openings_lock(const struct paths *paths, struct err *err);
/*
 * Looks and does it, under the lock; *steps is what was done, or tried. Goes on after one that
 * failed and reports the first; a silent firewalld is a failure, too.
 */
int openings_follow(const struct paths *paths, const struct openings_wish *wish,
		    struct arena *arena, struct opening_steps *steps, struct err *err);
/* Tells the steps as changes, all of them live. */
void openings_changes(struct changes *changes, const struct opening_steps *steps);

/* Of the text of STATE/openings: what is not understood is passed over. Pure. */
void openings_parse(struct arena *arena, const char *text, size_t len, struct openings *openings);
void openings_text(struct arena *arena, const struct openings *openings, struct buf *out);

#endif
