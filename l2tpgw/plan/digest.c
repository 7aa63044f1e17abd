/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/digest.h"

#include <inttypes.h>

#define FNV_PRIME 0x100000001b3u
#define FNV_BASIS 0xcbf29ce484222325u
/* FNV-1a of one zero byte: the second pass reads another text than the first. */
#define FNV_BASIS_2 0xaf63bd4c8601b7dfu

static uint64_t fnv(uint64_t hash, const unsigned char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ data[i]) * FNV_PRIME;
	return hash;
}

uint64_t digest_number(const void *data, size_t len)
{
	return fnv(FNV_BASIS, data, len);
}

const char *digest_hex(struct arena *arena, const void *data, size_t len)
{
	return arena_printf(arena, "%016" PRIx64 "%016" PRIx64, fnv(FNV_BASIS, data, len),
			    fnv(FNV_BASIS_2, data, len));
}
