/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/obstacles.h"

#include <stdlib.h>
#include <string.h>

#include "apply/opening.h"
#include "base/log.h"
#include "daemon/integration.h"
#include "drive/nft.h"

struct obstacles {
	struct gateway *gateway;
	struct arena *arena; /* of what was found; NULL = nobody looked yet */
	struct neighbour_blocks blocks;
	/* When it was looked at: */
	char wan[HOST_IFNAME_MAX];
	uint16_t orders;
	uint32_t generation; /* of nftables */
};

struct obstacles *obstacles_new(struct gateway *gateway)
{
	struct obstacles *obstacles = mem_alloc(sizeof(*obstacles));

	obstacles->gateway = gateway;
	return obstacles;
}

void obstacles_free(struct obstacles *obstacles)
{
	if (!obstacles)
		return;
	arena_free(obstacles->arena);
	free(obstacles);
}

static bool is_known(const struct neighbour_blocks *blocks, const struct neighbour_block *block)
{
	for (size_t i = 0; i < blocks->count; i++) {
		if (blocks->list[i].need == block->need &&
		    blocks->list[i].certain >= block->certain &&
		    !strcmp(blocks->list[i].chain, block->chain))
			return true;
	}
	return false;
}

static const char *sentence(struct arena *arena, const struct neighbour_block *block)
{
	return arena_printf(arena, "%s (chain %s) %s %s; remedy: %s",
			    neighbour_tool_name(block->tool), block->chain,
			    neighbour_block_verb(block), neighbour_block_text(arena, block),
			    openings_remedy(arena, block));
}

/* What was there before is not told again. True if something was not. */
static bool take(struct obstacles *obstacles, struct arena *arena,
		 const struct neighbour_blocks *found)
{
	bool fresh = false;

	for (size_t i = 0; i < found->count; i++) {
		if (is_known(&obstacles->blocks, &found->list[i]))
			continue;
		fresh = true;
		if (found->list[i].certain)
			log_warning("%s", sentence(arena, &found->list[i]));
	}
	arena_free(obstacles->arena);
	obstacles->arena = arena;
	obstacles->blocks = *found;
	return fresh;
}

void obstacles_look(struct obstacles *obstacles)
{
	const struct gateway *gateway = obstacles->gateway;
	const struct neighbour_traffic traffic = {
		.wan = gateway->host.wan,
		.orders = gateway->policy ? policy_orders_port(gateway->policy) : 0,
	};
	struct err err = { .code = ERR_NONE };
	struct neighbour_blocks found;
	struct arena *arena;
	uint32_t generation;

	/* Changes of the old iptables are counted by nobody. */
	if (nft_generation(&generation, &err) < 0 ||
	    (obstacles->arena && generation == obstacles->generation &&
	     !strcmp(traffic.wan, obstacles->wan) && traffic.orders == obstacles->orders &&
	     !neighbours_legacy()))
		return;
	obstacles->generation = generation;
	memcpy(obstacles->wan, gateway->host.wan, sizeof(obstacles->wan));
	obstacles->orders = traffic.orders;
	arena = arena_new();
	if (neighbours_find(arena, &traffic, &found, &err) < 0) {
		arena_free(arena);
		log_warning("other firewalls cannot be looked at: %s", err.text);
		return;
	}
	if (take(obstacles, arena, &found))
		integration_drifted(obstacles->gateway->integration);
}

void obstacles_warnings(const struct obstacles *obstacles, json_t *list)
{
	for (size_t i = 0; i < obstacles->blocks.count; i++)
		(void)json_array_append_new(
		    list, json_string(sentence(obstacles->arena, &obstacles->blocks.list[i])));
}
