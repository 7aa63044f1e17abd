/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_PLAN_DIGEST_H
#define L2TPGW_PLAN_DIGEST_H

/*
 * Short names for texts, to see whether something we made before is still what we want: FNV-1a of
 * 64 bits, twice with different starts. It finds changes; it is no protection against somebody who
 * forges one, and nothing secret goes in.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

uint64_t digest_number(const void *data, size_t len);
/* 32 hexadecimal digits, in the arena. */
const char *digest_hex(struct arena *arena, const void *data, size_t len);

#endif
