/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_OPENING_H
#define L2TPGW_APPLY_OPENING_H

/*
 * An opening: one rule in somebody else's firewall that lets through what the gateway lives on, as
 * narrow as that tool can say it, in that tool's own words. What becomes of clients' packets, and
 * who reaches which service, is decided by our own table; here it is only not refused.
 */
#include <stdbool.h>
#include <stddef.h>

#include "apply/neighbours.h"
#include "base/mem.h"

#define OPENING_COMMENT_MAX 32
#define OPENING_PLACE_MAX   160

struct opening_kind {
	enum neighbour_tool tool;
	unsigned needs;    /* bits 1 << enum neighbour_need that it serves */
	const char *name;  /* one word, unique within the tool */
	const char *rule;  /* words apart by single blanks; opening.c says what of each tool */
	const char *place; /* where it goes; NULL = it depends on what blocks */
};

extern const struct opening_kind opening_kinds[];
extern const size_t opening_kinds_count;

/* An opening at a place: "INPUT", "legacy:INPUT", "public", "inet filter input", "-". */
struct opening {
	const struct opening_kind *kind;
	const char *place;
};

struct openings {
	struct opening *list;
	size_t count;
};

/*
 * Those that serve against a block. `zone` is what firewalld calls the part of the network that
 * the WAN belongs to; NULL = it cannot be asked, so nothing is wanted of it. Nor is anything
 * against what only may block: rules for some senders are not to be passed by. Added are only those
 * that are not in *openings yet. Pure; in the arena.
 */
void openings_against(struct arena *arena, const struct neighbour_block *block, const char *zone,
		      struct openings *openings);
bool opening_same(const struct opening *a, const struct opening *b);
/* How the rule is marked where a tool has comments: "l2tpgw ike". */
const char *opening_comment(const struct opening *opening, char out[OPENING_COMMENT_MAX]);
/* For people: "opening in nftables, inet filter input: ike". In the arena. */
const char *opening_text(struct arena *arena, const struct opening *opening);

/* What the administrator can do against a block, with that tool's own commands; lines. */
const char *openings_remedy(struct arena *arena, const struct neighbour_block *block);

/* A line of the record, without its end: "nftables ike inet filter input". Pure. */
const char *opening_line(struct arena *arena, const struct opening *opening);
bool opening_parse(struct arena *arena, const char *line, size_t len, struct opening *opening);

#endif
