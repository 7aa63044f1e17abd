/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_APPLY_H
#define L2TPGW_APPLY_APPLY_H

/*
 * Makes a plan true, as far as it is about objects (object.h): what differs is changed in order;
 * if a step fails, those before it are undone in reverse and the machine is as it was. Processes
 * and what charon holds converge afterwards (daemon/).
 */
#include <stddef.h>

#include "apply/object.h"
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
 * What differs between this machine and the plan, in objects of these kinds (OBJECT_ALL, …); a
 * NULL plan means "nothing of ours".
 */
int apply_diff(const struct paths *paths, const struct plan *plan, unsigned kinds,
	       struct arena *arena, struct steps *steps, struct err *err);
/* Does the steps; on failure everything is undone and *err says what failed and that it was. */
int apply_run(const struct paths *paths, const struct steps *steps, struct err *err);

#endif
