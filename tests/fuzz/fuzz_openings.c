/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apply/opening_tools.h"
#include "apply/openings.h"
#include "base/buf.h"
#include "drive/ufw.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* What was read is written such that it reads the same. */
static void record(struct arena *arena, const char *text, size_t size)
{
	cleanup_buf struct buf again = BUF_INIT;
	struct openings openings, twice;

	openings_parse(arena, text, size, &openings);
	openings_text(arena, &openings, &again);
	openings_parse(arena, buf_text(&again), again.len, &twice);
	must(twice.count == openings.count);
	for (size_t i = 0; i < twice.count; i++)
		must(opening_same(&openings.list[i], &twice.list[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	const struct neighbour_traffic traffic = { .wan = "wan", .orders = 3799 };
	struct neighbour_blocks blocks;
	struct openings openings = { NULL, 0 };
	char *text = mem_alloc(size + 1);
	struct neighbour_rules rules = { .nft = text, .nft_len = size };
	struct err err;

	memcpy(text, data, size);
	record(arena, text, size);
	(void)ufw_rules_have(text, size, "l2tpgw ike");
	if (neighbours_judge(arena, &rules, &traffic, &blocks, &err) == 0) {
		for (size_t i = 0; i < blocks.count; i++) {
			must(*openings_remedy(arena, &blocks.list[i]));
			openings_against(arena, &blocks.list[i], "public", &openings);
		}
		for (size_t i = 0; i < openings.count; i++)
			(void)opening_nft_handle(text, size, &openings.list[i]);
	}
	rules = (struct neighbour_rules){ "{\"nftables\": []}", 16, text, size };
	must(neighbours_judge(arena, &rules, &traffic, &blocks, &err) == 0);
	free(text);
	arena_free(arena);
	return 0;
}
