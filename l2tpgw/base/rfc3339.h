/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_RFC3339_H
#define L2TPGW_BASE_RFC3339_H

/* Points in time as text: RFC 3339, UTC, whole seconds ("2026-11-23T11:27:13Z"). */
#include <stdbool.h>
#include <stdint.h>

#define RFC3339_MAX 32 /* bytes with the NUL */

/* `wall` is seconds since the epoch. NULL if that is 0 or less (not known) or beyond any date. */
const char *rfc3339_text(int64_t wall, char out[RFC3339_MAX]);
/*
 * A date-time of RFC 3339 section 5.6 with any offset, from 1970 on; fractions of a second are cut
 * off. False if it is none, or no such day or time exists.
 */
bool rfc3339_parse(const char *text, int64_t *wall);
/* Its full-date: "2026-11-23" alone. Year, month from 1, day. */
bool rfc3339_date(const char *text, unsigned date[3]);

#endif
