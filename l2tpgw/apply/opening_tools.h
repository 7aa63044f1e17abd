/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_OPENING_TOOLS_H
#define L2TPGW_APPLY_OPENING_TOOLS_H

/* Puts openings into other people's firewalls and takes them out again, each by its own tool. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apply/opening.h"
#include "base/err.h"

/* A tool that is gone, or does not run, has nothing. */
int opening_is_there(const struct opening *opening, bool *there, struct err *err);
/* Fine if it is there already. */
int opening_put(const struct opening *opening, struct err *err);
/* Fine if it is not there any more, or became the administrator's own (its comment is gone). */
int opening_take(const struct opening *opening, struct err *err);
/* Of nftables: the rule with our comment at the place of the opening, in "list ruleset" as JSON;
 * 0 = there is none. Pure. */
uint64_t opening_nft_handle(const char *ruleset, size_t len, const struct opening *opening);

#endif
