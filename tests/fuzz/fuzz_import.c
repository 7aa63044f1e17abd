/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "cli/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every reader gets the same text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(struct import *, const char *, const char *) = {
		import_ipsec_conf, import_ipsec_secrets, import_swanctl,
		import_xl2tpd,     import_ppp_options,   import_chap_secrets,
	};
	cleanup_arena struct arena *arena = arena_new();
	struct import import = { .arena = arena };
	cleanup_buf struct buf out = BUF_INIT;
	const char *text = arena_memdup(arena, data, size);

	for (size_t i = 0; i < array_size(readers); i++)
		readers[i](&import, "file", text);
	import_decide(&import);
	import_policy(&import, &out);
	return 0;
}
