/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_ORDER_H
#define L2TPGW_CLI_ORDER_H

/* Having l2tpgwd plan, apply or roll back something, and telling how it goes. */
#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "cli/verb.h"

struct order {
	const struct paths *paths;
	const char *verb;          /* "plan", "apply", "rollback", "confirm" */
	const struct buf *policy;  /* what to apply; NULL = the policy on disk */
	const char *base;          /* SHA-256 of the file that `policy` was made from; NULL = any */
	const char *what;          /* for the history: "user add alice"; NULL = the verb */
	const char *allow_drop_of; /* this user's sessions may end; NULL = nobody's */
	bool allow_drop;
	unsigned confirm_within; /* seconds; 0 = for good at once */
	unsigned generation;     /* of a rollback; 0 = the one before */
	bool json;               /* nothing is shown while it goes on */
};

/* Takes --json, --allow-drop and --confirm-within. */
int order_options(const struct args *args, struct order *order, struct err *err);
/*
 * Waits until it has ended; each effect is printed when it is done. The result (l2tpgw.apply/1, …)
 * is the caller's; NULL with *err.
 */
json_t *order_give(const struct order *order, struct err *err);
/* The object, or how it ended: "applied 7 changes in 0.12 s; 0 of 31 sessions dropped". */
void order_print(const struct order *order, const json_t *result);

#endif
