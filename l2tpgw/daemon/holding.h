/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_HOLDING_H
#define L2TPGW_DAEMON_HOLDING_H

/*
 * What charon holds of ours: asked for and compared with a plan, and given to it. Charon reports
 * only part of a connection (vici_query.c: list_conns), and of a secret only that it is there; the
 * rest is known from what was loaded last.
 */
#include <stdbool.h>

#include "daemon/link.h"
#include "plan/plan.h"

struct holding {
	bool connection, secret; /* they are there */
	char difference[128]; /* what charon reports of the connection and the plan has otherwise:
				 "dpd_delay is 30 instead of 60"; "" = nothing */
};

/* Exactly once a question, never from within the asking call. NULL: *why it cannot be known. */
typedef void (*holding_fn)(void *user, const struct holding *holding, const struct err *why);
/* `link` takes commands. -1: it could not even be asked. */
int holding_ask(struct link *link, const struct plan *plan, holding_fn fn, void *user,
		struct err *err);

/* How the giving went; `why` has no error if charon holds what it was given. */
typedef void (*holding_given_fn)(void *user, const struct err *why);
/* The secret and the connection of `plan`, as far as they are wanted. */
int holding_give(struct link *link, const struct plan *plan, bool secret, bool connection,
		 holding_given_fn fn, void *user, struct err *err);

/*
 * The difference between a connection of list-conns (its section) and that of load-conn (its
 * section), as far as the first says. True if there is one.
 */
bool holding_differs(const struct tree *listed, const struct tree *connection, char *out,
		     size_t size);

#endif
