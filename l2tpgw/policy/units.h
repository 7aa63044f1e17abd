/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_UNITS_H
#define L2TPGW_POLICY_UNITS_H

/* Quantities as people write them: a whole number and its unit; "0" needs none. */
#include <stdbool.h>
#include <stdint.h>

#define UNITS_TEXT_MAX 24

/* Durations: s, m, h, d. */
bool units_parse(const char *text, uint64_t *seconds);
/* The shortest exact form: 3600 is "1h". Written to `out` and returned. */
const char *units_text(uint64_t seconds, char out[UNITS_TEXT_MAX]);

/* Bits a second: k, M, G, thousands as networks count them. */
bool units_rate_parse(const char *text, uint64_t *rate);
/* The shortest exact form: 1500000 is "1500k", and 0 is "0k". */
const char *units_rate_text(uint64_t rate, char out[UNITS_TEXT_MAX]);

#endif
