/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_UNITS_H
#define L2TPGW_POLICY_UNITS_H

/* Durations as people write them: a whole number and one of s, m, h, d; or "0". */
#include <stdbool.h>
#include <stdint.h>

#define UNITS_TEXT_MAX 24

bool units_parse(const char *text, uint64_t *seconds);
/* The shortest exact form: 3600 is "1h". Written to `out` and returned. */
const char *units_text(uint64_t seconds, char out[UNITS_TEXT_MAX]);

#endif
