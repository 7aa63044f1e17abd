/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_SPAN_H
#define L2TPGW_POLICY_SPAN_H

/*
 * Where the values of a JSON text stand in it: for edits that leave all else byte for byte. Only
 * for text that passed text_check() and jansson's parser.
 */
#include <stdbool.h>
#include <stddef.h>

#include "policy/token.h"

struct span { /* byte range */
	size_t start, end;
};

struct span_item {         /* an item of a list, or a member of an object */
	size_t start;      /* of its key, or of its value in a list */
	struct token key;  /* TOKEN_END in a list */
	struct span value; /* ends where the item ends */
};

struct span_walk {
	const char *text;
	size_t len;
	size_t at;
	bool object;
};

/* The outermost value. */
struct span span_root(const char *text, size_t len);
/* Begins a walk over a list or object, given with its brackets. */
void span_enter(struct span_walk *walk, const char *text, struct span container);
/* The next item; false behind the last one. */
bool span_next(struct span_walk *walk, struct span_item *item);
/* The member of that name (written with or without escapes); false if there is none. */
bool span_member(const char *text, struct span object, const char *name, struct span_item *item);

#endif
