/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_SUGGEST_H
#define L2TPGW_POLICY_SUGGEST_H

/* "did you mean": the known word nearest to what was written. */
#include <stddef.h>

struct suggest {
	const char *word;
	const char *best; /* NULL = none is near enough */
	size_t distance;  /* of best */
};

void suggest_begin(struct suggest *suggest, const char *word);
/* `candidate` must outlive the search. */
void suggest_offer(struct suggest *suggest, const char *candidate);

#endif
