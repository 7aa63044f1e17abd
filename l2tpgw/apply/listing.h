/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_LISTING_H
#define L2TPGW_APPLY_LISTING_H

/*
 * What nftables lists of our table (libnftables-json(5)), in short: a part for the table itself,
 * for each chain with its rules and for each set or map with its elements. Two listings of the same
 * rules are equal. Left out is what changes by itself: handles, counters, and what is in sets whose
 * elements come and go (those with a time limit, filled by rules, or said to be so).
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

#define LISTING_KIND_MAX 16
#define LISTING_NAME_MAX 128

struct listing_part {
	char kind[LISTING_KIND_MAX]; /* "table", "chain", "map", "set" */
	char name[LISTING_NAME_MAX];
	size_t count; /* of rules or elements */
	const char *digest;
};

struct listing {
	struct listing_part *parts;
	size_t count;
};

/* Do the elements of that set or map ("map", its name) come and go? */
typedef bool listing_live_fn(const void *user, const char *kind, const char *name);
/* Reads the JSON of "list table". Everything lives in the arena. `live` may be NULL. */
int listing_read(struct arena *arena, const char *json, size_t len, listing_live_fn *live,
		 const void *user, struct listing *listing, struct err *err);
/* As lines of text, and back; false if it is none. */
const char *listing_text(struct arena *arena, const struct listing *listing);
bool listing_parse(struct arena *arena, const char *text, struct listing *listing);
/*
 * What a listing has otherwise than the one that was recorded: "chain guard has 5 rules instead of
 * 6; map vip_of was changed". NULL if they are equal.
 */
const char *listing_difference(struct arena *arena, const struct listing *recorded,
			       const struct listing *found);

#endif
