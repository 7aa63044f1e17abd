/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_OBJECT_H
#define L2TPGW_APPLY_OBJECT_H

/*
 * Everything of a gateway that is not a process, as objects of a few kinds. An object has a value
 * or is absent; it can be looked at and it can be given a value. Applying, undoing and taking down
 * are all the same act: give objects values.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/ip4.h"
#include "base/mem.h"
#include "drive/paths.h"
#include "drive/xfrm.h"

/* In the order of application: what protects comes before what it protects, forwarding last. */
enum object_kind {
	OBJECT_FILE,
	OBJECT_RULESET,
	OBJECT_XFRM,
	OBJECT_ROUTE,
	OBJECT_ADDRESS,
	OBJECT_SYSCTL,
	OBJECT_KINDS,
};

struct object {
	enum object_kind kind;
	union {
		const char *name;     /* path of a file, name of a sysctl */
		uint32_t address;     /* on lo */
		struct ip4_net route; /* to lo */
		struct xfrm_rule xfrm;
	};
};

struct object_value {
	bool present;
	const char *data; /* file content, ruleset text, sysctl value; NULL for the others */
	size_t len;
	mode_t mode;      /* of a file */
	const char *note; /* what was found, if the rest does not tell; NULL = nothing to add */
};

struct object_list {
	struct object *list;
	size_t count;
};

/* What it is now; what `value` points to lives in the arena. */
int object_get(const struct paths *paths, struct arena *arena, const struct object *object,
	       struct object_value *value, struct err *err);
/* Makes it so; an absent value removes it (a sysctl gets back what it had before l2tpgw). */
int object_set(const struct paths *paths, const struct object *object,
	       const struct object_value *value, struct err *err);
/* Bits of enum object_kind, to look at some kinds only: reading the ruleset back costs much. */
#define OBJECT_BIT(kind) (1u << (kind))
#define OBJECT_ALL       (OBJECT_BIT(OBJECT_KINDS) - 1)
#define OBJECT_OF_NETWORK \
	(OBJECT_BIT(OBJECT_XFRM) | OBJECT_BIT(OBJECT_ROUTE) | OBJECT_BIT(OBJECT_ADDRESS))

/* Every object of ours of these kinds on this machine, whoever of us made it and when. */
int object_find_all(const struct paths *paths, unsigned kinds, struct arena *arena,
		    struct object_list *found, struct err *err);

/* Which kind a file directly in RUN belongs to, by its name ("" = any); OBJECT_KINDS = none. */
enum object_kind object_kind_in_run(const char *name);

bool object_same(const struct object *a, const struct object *b);
bool object_value_equal(const struct object_value *a, const struct object_value *b);
/* "file /run/l2tpgw/strongswan.conf", "address 198.18.0.1" for messages. */
const char *object_text(const struct object *object, char *out, size_t size);

#endif
