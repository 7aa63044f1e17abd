/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_APPLY_H
#define L2TPGW_APPLY_APPLY_H

/*
 * Makes a plan true, as far as it is about objects (object.h): what differs is changed in order;
 * if a step fails, those before it are undone in reverse and the machine is as it was. Processes
 * and what charon holds are the daemon's (daemon/transaction.h), which runs the steps in two parts.
 */
#include <stddef.h>

#include "apply/machine.h"
#include "plan/plan.h"

struct step {
	struct object object;
	struct object_value before, after;
};

struct steps {
	struct step *list;
	size_t count;
};

/*
 * What differs between the machine and the plan, in objects of these kinds (OBJECT_ALL, …); a
 * NULL plan means "nothing of ours". In the order of enum object_kind, then what goes, backwards.
 */
int apply_diff(const struct machine *machine, const struct plan *plan, unsigned kinds,
	       struct arena *arena, struct steps *steps, struct err *err);
/*
 * Of a gateway that runs: makes the order of the steps such that what new processes need comes
 * first, and what leads clients to them or takes away from the old ones last. How many come first.
 */
size_t apply_order_running(struct steps *steps, struct arena *arena);
/*
 * Does the steps from *done up to `end` and counts in *done; a step that failed is counted too, for
 * it may be half done. Undoes nothing.
 */
int apply_do(const struct machine *machine, const struct steps *steps, size_t *done, size_t end,
	     struct err *err);
/* Undoes the first `done` steps in reverse; what cannot be is named in front of *err's text. */
int apply_undo(const struct machine *machine, const struct steps *steps, size_t done,
	       struct err *err);
/* Does all the steps; on failure everything is undone and *err says what failed and that it was. */
int apply_run(const struct machine *machine, const struct steps *steps, struct err *err);

#endif
