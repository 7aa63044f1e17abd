/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_RULESET_H
#define L2TPGW_APPLY_RULESET_H

/*
 * Our nftables table as an object. Its text is kept in RUN/ruleset.nft and, in
 * RUN/ruleset.listing, what the kernel listed right after it was run (listing.h): the text is what
 * the table says as long as it is still listed so. Reading all of it back costs some ten
 * milliseconds; do it when somebody else changed nftables, and to plan.
 */
#include "apply/object.h"
#include "drive/nft_map.h"

/* The text as value; if the table says something else, "", with a note of what was found. */
int ruleset_get(const struct paths *paths, struct arena *arena, struct object_value *value,
		struct err *err);
/* Runs the text in one transaction; what is in the table and not in the text is removed then. */
int ruleset_run(const struct paths *paths, const char *text, size_t len, struct err *err);
/*
 * Runs commands about elements of sets and maps that the text leaves to others of us. What was seen
 * to be unchanged before them needs no look after them.
 */
int ruleset_run_elements(const char *commands, struct err *err);
/* The same by nft_map_run(): `fd` is of nft_map_open(). */
int ruleset_set_elements(int fd, const struct nft_element *list, size_t count, struct err *err);
/* Nobody else has changed nftables since it was last looked at. */
bool ruleset_is_unchanged(void);
int ruleset_remove(const struct paths *paths, struct err *err);
/* 1 if anything of it is left on this machine, else 0. */
int ruleset_is_there(const struct paths *paths, struct err *err);

#endif
