/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/machine.h"

static int here_get(const void *user, struct arena *arena, const struct object *object,
		    struct object_value *value, struct err *err)
{
	return object_get(user, arena, object, value, err);
}

static int here_set(const void *user, const struct object *object, const struct object_value *value,
		    struct err *err)
{
	return object_set(user, object, value, err);
}

static int here_find(const void *user, unsigned kinds, struct arena *arena,
		     struct object_list *found, struct err *err)
{
	return object_find_all(user, kinds, arena, found, err);
}

struct machine machine_here(const struct paths *paths)
{
	return (
	    struct machine){ .get = here_get, .set = here_set, .find = here_find, .user = paths };
}
