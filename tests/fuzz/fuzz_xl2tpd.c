/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "drive/xl2tpd_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Two replies in one input, apart by a NUL: whatever they say, ids are joined at most once each. */
static void join(struct arena *arena, const char *text, size_t size)
{
	const char *middle = memchr(text, '\0', size);
	size_t first = middle ? (size_t)(middle - text) : size;
	struct xl2tpd_tunnels available, status;

	if (!xl2tpd_parse_available(arena, text, first, &available))
		return;
	must(available.count <= XL2TPD_TUNNELS_MAX);
	if (!middle || !xl2tpd_parse_status(arena, middle + 1, size - first - 1, &status))
		return;
	must(xl2tpd_same_tunnels(&status, &status));
	xl2tpd_join(&status, &available);
	for (size_t i = 0; i < status.count; i++)
		must(!status.list[i].calls || status.list[i].call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xl2tpd_tunnels tunnels;
	char *text = mem_alloc(size);

	if (size)
		memcpy(text, data, size);
	(void)xl2tpd_reply_code(text, size);
	(void)xl2tpd_parse_status(arena, text, size, &tunnels);
	join(arena, text, size);
	free(text);
	return 0;
}
