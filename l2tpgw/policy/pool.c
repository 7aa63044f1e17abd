/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/pool.h"

#include "base/cleanup.h"

uint32_t pool_size(struct ip4_net pool)
{
	return pool.bits > 30 ? 0 : (uint32_t)((UINT64_C(1) << (32 - pool.bits)) - 2);
}

const struct ip4_net *pool_of(const struct policy *policy, uint32_t address)
{
	const struct policy_pool *pools = policy->addresses.pools;

	if (policy->addresses.pool.bits && ip4_in(address, policy->addresses.pool))
		return &policy->addresses.pool;
	for (size_t i = 0; i < policy->addresses.pools_count; i++)
		if (ip4_in(address, pools[i].net))
			return &pools[i].net;
	return NULL;
}

bool pool_edge(const struct policy *policy, uint32_t address)
{
	const struct ip4_net *pool = pool_of(policy, address);

	return pool &&
	       (address == pool->address || address == (pool->address | ~ip4_mask(pool->bits)));
}

const struct host_net *pool_collision(const struct host *host, struct ip4_net net)
{
	for (size_t i = 0; i < host->nets_count; i++)
		if (host->nets[i].net.bits && ip4_overlap(net, host->nets[i].net))
			return &host->nets[i];
	return NULL;
}

bool pool_is_asked(const struct policy *policy, uint32_t address)
{
	for (size_t i = 0; i < policy->radius.servers_count; i++)
		if (policy->radius.servers[i].address == address)
			return true;
	for (size_t i = 0; i < policy->host.resolvers_count; i++)
		if (policy->host.resolvers[i] == address)
			return true;
	return false;
}

static bool holds(struct ip4_net net, const uint32_t *addresses, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ip4_in(addresses[i], net))
			return true;
	return false;
}

/* Servers behind a router would be cut off from clients if the pool lay over them. */
static bool taken(const struct host *host, const struct policy *policy, struct ip4_net net)
{
	for (size_t i = 0; i < policy->addresses.pools_count; i++)
		if (ip4_overlap(net, policy->addresses.pools[i].net))
			return true;
	return pool_collision(host, net) || holds(net, &host->wan_address, 1) ||
	       holds(net, host->resolvers, host->resolvers_count) ||
	       holds(net, policy->ppp.dns, policy->ppp.dns_count) ||
	       holds(net, policy->ppp.wins, policy->ppp.wins_count);
}

/* Second octets of 10/8 that people and programs like. */
static bool popular(unsigned octet)
{
	static const uint8_t named[] = {
		88, 89,            /* podman */
		96, 152, 233, 244, /* Kubernetes and its kin */
		42, 43,            /* k3s */
		99, 111, 123, 128, 168, 192, 254, 255,
	};

	if (octet < 32 || octet % 10 == 0)
		return true;
	for (size_t i = 0; i < array_size(named); i++)
		if (octet == named[i])
			return true;
	return false;
}

static bool try_net(const struct host *host, const struct policy *policy, uint32_t address,
		    uint8_t bits, struct ip4_net *pool)
{
	struct ip4_net net = { .address = address & ip4_mask(bits), .bits = bits };

	if (taken(host, policy, net))
		return false;
	*pool = net;
	return true;
}

bool pool_find(const struct host *host, const struct policy *policy, uint8_t bits,
	       struct ip4_net *pool)
{
	/* Odd steps visit every octet before one comes again. */
	for (unsigned i = 0; i < 65536; i++) {
		unsigned second = (87 + 59 * i) & 255, third = (43 + 101 * i + i / 256) & 255;

		if (!popular(second) &&
		    try_net(host, policy, 10u << 24 | second << 16 | third << 8, bits, pool))
			return true;
	}
	for (unsigned i = 0; i < 4096; i++) {
		unsigned second = 16 + ((11 + 5 * i) & 15), third = (43 + 101 * i + i / 256) & 255;

		if (try_net(host, policy, 172u << 24 | second << 16 | third << 8, bits, pool))
			return true;
	}
	for (unsigned i = 0; i < 256; i++)
		if (try_net(host, policy, 0xc0a80000u | ((43 + 101 * i) & 255) << 8, bits, pool))
			return true;
	return false;
}
