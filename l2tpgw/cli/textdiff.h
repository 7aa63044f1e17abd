/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_TEXTDIFF_H
#define L2TPGW_CLI_TEXTDIFF_H

/*
 * How two texts differ, line by line, as a unified diff (diff(1)). Lines that each text has just
 * once are the anchors ("patience diff"), so the cost is that of sorting, whatever differs. Pure.
 */
#include <stddef.h>

#include "base/buf.h"

struct textdiff_side {
	const char *name;  /* for the heading */
	const char *text;  /* is compared */
	const char *shown; /* is printed: the same lines, some of them with parts hidden */
};

/* Appends the diff; nothing if the texts are equal. */
void textdiff(const struct textdiff_side *before, const struct textdiff_side *after,
	      struct buf *out);

#endif
