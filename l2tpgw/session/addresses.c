/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/addresses.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "session/pool.h"

struct addresses {
	struct named_pool {
		char name[POLICY_NAME_MAX]; /* "" = addresses.pool */
		struct pool *pool;
	} * pools;
	size_t count;
	struct leases leases;
};

static void add(struct addresses *addresses, const struct policy *policy, const char *name,
		struct ip4_net net)
{
	struct named_pool *named = &addresses->pools[addresses->count++];

	memcpy(named->name, name, strlen(name) + 1);
	named->pool = pool_new(policy, net);
}

struct addresses *addresses_new(const struct policy *policy)
{
	struct addresses *addresses = mem_alloc(sizeof(*addresses));
	const struct policy_pool *pools = policy->addresses.pools;
	size_t count = policy->addresses.pools_count;

	addresses->pools = mem_alloc((1 + count) * sizeof(*addresses->pools));
	add(addresses, policy, "", policy->addresses.pool);
	for (size_t i = 0; i < count; i++)
		add(addresses, policy, pools[i].name, pools[i].net);
	return addresses;
}

void addresses_free(struct addresses *addresses)
{
	if (!addresses)
		return;
	for (size_t i = 0; i < addresses->count; i++)
		pool_free(addresses->pools[i].pool);
	free(addresses->pools);
	leases_free(&addresses->leases);
	free(addresses);
}

static struct pool *find(const struct addresses *addresses, const char *name)
{
	for (size_t i = 0; i < addresses->count; i++) {
		if (!strcmp(addresses->pools[i].name, name))
			return addresses->pools[i].pool;
	}
	return NULL;
}

/* Nobody new gets what somebody had, as long as there are others; the latest are kept longest. */
void addresses_take_leases(struct addresses *addresses, struct leases *leases)
{
	leases_free(&addresses->leases);
	addresses->leases = *leases;
	*leases = (struct leases){ 0 };
	for (size_t i = 0; i < addresses->leases.count; i++) {
		for (size_t j = 0; j < addresses->count; j++)
			pool_spare(addresses->pools[j].pool, addresses->leases.list[i].address);
	}
}

void addresses_inherit(struct addresses *addresses, struct addresses *old)
{
	addresses_take_leases(addresses, &old->leases);
}

const struct leases *addresses_leases(const struct addresses *addresses)
{
	return &addresses->leases;
}

uint32_t addresses_take(struct addresses *addresses, const char *name, const char *user)
{
	struct pool *pool = find(addresses, name);
	uint32_t address = pool ? pool_take(pool, leases_last(&addresses->leases, user)) : 0;

	if (address)
		leases_note(&addresses->leases, user, address);
	return address;
}

bool addresses_claim(struct addresses *addresses, uint32_t address)
{
	for (size_t i = 0; i < addresses->count; i++) {
		if (pool_has(addresses->pools[i].pool, address))
			return pool_claim(addresses->pools[i].pool, address);
	}
	return true;
}

void addresses_release(struct addresses *addresses, uint32_t address, const char *user)
{
	for (size_t i = 0; i < addresses->count; i++) {
		if (pool_release(addresses->pools[i].pool, address))
			leases_note(&addresses->leases, user, address);
	}
}

uint32_t addresses_in_use(const struct addresses *addresses)
{
	uint32_t count = 0;

	for (size_t i = 0; i < addresses->count; i++)
		count += pool_in_use(addresses->pools[i].pool);
	return count;
}
