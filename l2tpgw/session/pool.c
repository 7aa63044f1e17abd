/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/pool.h"

#include <stdlib.h>

#include "base/mem.h"

enum entry { ENTRY_FREE, ENTRY_TAKEN, ENTRY_RESERVED };

/*
 * Entry i is address base + i. The free ones form a ring through `next` and `prev`, the one free
 * for longest first; entry 0 (the network's own address) is its head.
 */
struct pool {
	uint32_t base, size, taken;
	uint16_t *next, *prev;
	uint8_t *state;
};

static void ring_append(struct pool *pool, uint32_t i)
{
	uint16_t tail = pool->prev[0];

	pool->next[tail] = (uint16_t)i;
	pool->prev[i] = tail;
	pool->next[i] = 0;
	pool->prev[0] = (uint16_t)i;
}

static void ring_remove(struct pool *pool, uint32_t i)
{
	pool->next[pool->prev[i]] = pool->next[i];
	pool->prev[pool->next[i]] = pool->prev[i];
}

/* The entry of an address, 0 if it has none. */
static uint32_t entry_of(const struct pool *pool, uint32_t address)
{
	uint32_t i = address - pool->base;

	return i < pool->size ? i : 0;
}

static void reserve(struct pool *pool, uint32_t address)
{
	uint32_t i = entry_of(pool, address);

	if (i)
		pool->state[i] = ENTRY_RESERVED;
}

struct pool *pool_new(const struct policy *policy, struct ip4_net net)
{
	struct pool *pool = mem_alloc(sizeof(*pool));
	uint64_t count = UINT64_C(1) << (32 - net.bits);

	/* Entries end before the broadcast address; networks without one have no entry but 0. */
	pool->size = count <= 2 ? 1 : count - 1 > POOL_MAX ? POOL_MAX + 1 : (uint32_t)count - 1;
	pool->base = net.address;
	pool->next = mem_alloc(pool->size * sizeof(*pool->next));
	pool->prev = mem_alloc(pool->size * sizeof(*pool->prev));
	pool->state = mem_alloc(pool->size);
	reserve(pool, policy->addresses.local);
	for (size_t i = 0; i < policy->users_count; i++)
		reserve(pool, policy->users[i].address);
	for (uint32_t i = 1; i < pool->size; i++) {
		if (pool->state[i] == ENTRY_FREE)
			ring_append(pool, i);
	}
	return pool;
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	free(pool->next);
	free(pool->prev);
	free(pool->state);
	free(pool);
}

static void take(struct pool *pool, uint32_t i)
{
	ring_remove(pool, i);
	pool->state[i] = ENTRY_TAKEN;
	pool->taken++;
}

bool pool_claim(struct pool *pool, uint32_t address)
{
	uint32_t i = entry_of(pool, address);

	if (!i || pool->state[i] != ENTRY_FREE)
		return false;
	take(pool, i);
	return true;
}

uint32_t pool_take(struct pool *pool, uint32_t wanted)
{
	uint32_t i = pool->next[0];

	if (pool_claim(pool, wanted))
		return wanted;
	if (!i)
		return 0;
	take(pool, i);
	return pool->base + i;
}

void pool_spare(struct pool *pool, uint32_t address)
{
	uint32_t i = entry_of(pool, address);

	if (!i || pool->state[i] != ENTRY_FREE)
		return;
	ring_remove(pool, i);
	ring_append(pool, i);
}

bool pool_release(struct pool *pool, uint32_t address)
{
	uint32_t i = entry_of(pool, address);

	if (!i || pool->state[i] != ENTRY_TAKEN)
		return false;
	pool->state[i] = ENTRY_FREE;
	pool->taken--;
	ring_append(pool, i);
	return true;
}

bool pool_has(const struct pool *pool, uint32_t address)
{
	return entry_of(pool, address) != 0;
}

uint32_t pool_in_use(const struct pool *pool)
{
	return pool->taken;
}
