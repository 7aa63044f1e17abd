/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/pool.h"

#include "base/cleanup.h"
#include "base/mem.h"

#define STICKY 4096u /* a power of two; users that share an entry just lose their preference */

enum entry { ENTRY_FREE, ENTRY_TAKEN, ENTRY_RESERVED };

/*
 * Entry i is address base + i. The free ones form a ring through `next` and `prev`, the one free
 * for longest first; entry 0 (the network's own address) is its head.
 */
struct pool {
	uint32_t base, size, taken;
	uint16_t *next, *prev;
	uint8_t *state;
	struct sticky {
		uint32_t hash, address;
	} * sticky; /* NULL until somebody left */
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
	free(pool->sticky);
	free(pool);
}

void pool_inherit(struct pool *pool, struct pool *old)
{
	free(pool->sticky);
	pool->sticky = steal_ptr(old->sticky);
}

/* FNV-1a */
static uint32_t hash_name(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash;
}

static uint32_t last_entry(const struct pool *pool, const char *user)
{
	uint32_t hash = hash_name(user);
	const struct sticky *sticky;
	uint32_t i;

	if (!pool->sticky)
		return 0;
	sticky = &pool->sticky[hash % STICKY];
	i = sticky->hash == hash ? entry_of(pool, sticky->address) : 0;
	return i && pool->state[i] == ENTRY_FREE ? i : 0;
}

static void take(struct pool *pool, uint32_t i)
{
	ring_remove(pool, i);
	pool->state[i] = ENTRY_TAKEN;
	pool->taken++;
}

uint32_t pool_take(struct pool *pool, const char *user)
{
	uint32_t i = last_entry(pool, user);

	if (!i)
		i = pool->next[0];
	if (!i)
		return 0;
	take(pool, i);
	return pool->base + i;
}

bool pool_claim(struct pool *pool, uint32_t address)
{
	uint32_t i = entry_of(pool, address);

	if (!i || pool->state[i] != ENTRY_FREE)
		return false;
	take(pool, i);
	return true;
}

void pool_release(struct pool *pool, uint32_t address, const char *user)
{
	uint32_t hash = hash_name(user), i = entry_of(pool, address);

	if (!i || pool->state[i] != ENTRY_TAKEN)
		return;
	pool->state[i] = ENTRY_FREE;
	pool->taken--;
	ring_append(pool, i);
	if (!pool->sticky)
		pool->sticky = mem_alloc(STICKY * sizeof(*pool->sticky));
	pool->sticky[hash % STICKY] = (struct sticky){ .hash = hash, .address = address };
}

bool pool_has(const struct pool *pool, uint32_t address)
{
	return entry_of(pool, address) != 0;
}

uint32_t pool_in_use(const struct pool *pool)
{
	return pool->taken;
}
