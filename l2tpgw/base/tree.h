/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_TREE_H
#define L2TPGW_BASE_TREE_H

/*
 * The data model of VICI (strongSwan, src/libcharon/plugins/vici/README.md): ordered sections of
 * named values, lists and sections. plan/ builds what charon shall hold in this form, drive/ puts
 * it on the wire and reads it back, apply/ compares the two.
 *
 * A tree lives in an arena. Values are bytes (a NUL follows them); names are printable ASCII.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

enum tree_type { TREE_SECTION, TREE_VALUE, TREE_LIST, TREE_ITEM };

struct tree {
	enum tree_type type;
	const char *name;   /* NULL for the root and for list items */
	const char *value;  /* TREE_VALUE and TREE_ITEM */
	size_t len;         /* bytes in value */
	struct tree *child; /* first child of a section or list */
	struct tree *last;  /* last child */
	struct tree *next;  /* next sibling */
};

#define tree_foreach(it, parent) for (struct tree *it = (parent)->child; it; it = it->next)

struct tree *tree_new(struct arena *arena); /* an empty root section */
struct tree *tree_section(struct arena *arena, struct tree *parent, const char *name);
struct tree *tree_list(struct arena *arena, struct tree *parent, const char *name);
void tree_item(struct arena *arena, struct tree *list, const char *value);
void tree_value(struct arena *arena, struct tree *parent, const char *name, const char *value);
void tree_bytes(struct arena *arena, struct tree *parent, const char *name, const void *data,
		size_t len);
void tree_printf(struct arena *arena, struct tree *parent, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* A copy of it and of all below it, without siblings. */
struct tree *tree_copy(struct arena *arena, const struct tree *tree);

/* The child of that name, NULL if there is none. */
const struct tree *tree_get(const struct tree *parent, const char *name);
/* The text of a value child, `fallback` if there is none (or it is not a value). */
const char *tree_text(const struct tree *parent, const char *name, const char *fallback);
/* A value child as an unsigned number in that base; false if absent, malformed or too large. */
bool tree_number(const struct tree *parent, const char *name, int base, uint64_t *number);
bool tree_equal(const struct tree *a, const struct tree *b); /* order matters */

#endif
