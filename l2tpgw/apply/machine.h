/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_MACHINE_H
#define L2TPGW_APPLY_MACHINE_H

/* Where objects are: this machine, or a model of one that a test made. */
#include "apply/object.h"

struct machine {
	/* See object_get(), object_set() and object_find_all(). */
	int (*get)(const void *user, struct arena *arena, const struct object *object,
		   struct object_value *value, struct err *err);
	int (*set)(const void *user, const struct object *object, const struct object_value *value,
		   struct err *err);
	int (*find)(const void *user, unsigned kinds, struct arena *arena,
		    struct object_list *found, struct err *err);
	const void *user;
};

/* This one; `paths` is borrowed. */
struct machine machine_here(const struct paths *paths);

#endif
