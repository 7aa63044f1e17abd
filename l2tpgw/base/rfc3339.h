/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_RFC3339_H
#define L2TPGW_BASE_RFC3339_H

/* Points in time as text: RFC 3339, UTC, whole seconds ("2026-11-23T11:27:13Z"). */
#include <stdint.h>

#define RFC3339_MAX 32 /* bytes with the NUL */

/* `wall` is seconds since the epoch. NULL if that is 0 or less (not known) or beyond any date. */
const char *rfc3339_text(int64_t wall, char out[RFC3339_MAX]);

#endif
