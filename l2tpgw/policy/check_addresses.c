/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "policy/load.h"
#include "policy/names.h"
#include "policy/pool.h"

#define POOL_BITS     24 /* of the automatic pool, unless max_sessions asks for more */
#define POOL_BITS_MIN 8

static void find_pool(struct load *load)
{
	struct policy *policy = load->policy;
	uint8_t bits = POOL_BITS;

	if (load->sessions_given)
		while (pool_size((struct ip4_net){ .bits = bits }) <= policy->l2tp.max_sessions)
			bits--;
	if (!pool_find(load->host, policy, bits, &policy->addresses.pool))
		load_error_at(load, "/addresses/pool",
			      "no private network is free for clients; set addresses.pool");
}

/* The network of a pool that the policy names; `pointer` is where. */
static void check_pool(struct load *load, const char *pointer, struct ip4_net pool)
{
	uint32_t last = pool.address | ~ip4_mask(pool.bits);
	const char *kind = names_reserved_net(pool.address, last);
	const struct host_net *other = pool_collision(load->host, pool);
	char text[IP4_TEXT_MAX], other_text[IP4_TEXT_MAX];

	ip4_net_text(pool, text);
	if (pool.bits < POOL_BITS_MIN || pool_size(pool) < 2)
		load_error_at(load, pointer,
			      "pool %s is too %s: a prefix from /%d to /30 is needed", text,
			      pool.bits < POOL_BITS_MIN ? "large" : "small", POOL_BITS_MIN);
	else if (kind)
		load_error_at(load, pointer, "pool %s has addresses that are %s", text, kind);
	else if (other)
		load_error_at(load, pointer, "pool %s overlaps the gateway's own network %s on %s",
			      text, ip4_net_text(other->net, other_text), other->ifname);
	else if (load->host->wan_address && ip4_in(load->host->wan_address, pool))
		load_error_at(load, pointer, "pool %s holds the gateway's own address %s", text,
			      ip4_text(load->host->wan_address, other_text));
}

static int by_address(const void *x, const void *y)
{
	const struct policy_pool *a = x, *b = y;

	if (a->net.address != b->net.address)
		return a->net.address > b->net.address ? 1 : -1;
	return (int)a->net.bits - (int)b->net.bits;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct policy_pool *)a)->name, ((const struct policy_pool *)b)->name);
}

static const char *pointer_of(struct load *load, const struct policy_pool *pool)
{
	return arena_printf(load->arena, "/addresses/pools/%s", pool->name);
}

/* The first of each pair that overlaps is the larger one: the others need not be compared. */
static void check_overlaps(struct load *load)
{
	struct policy *policy = load->policy;
	const struct policy_pool *pools = policy->addresses.pools, *around = NULL;
	char text[IP4_TEXT_MAX], other_text[IP4_TEXT_MAX];

	for (const struct policy_pool *p = pools; p < pools + policy->addresses.pools_count; p++) {
		if (around && ip4_overlap(around->net, p->net))
			load_error_at(load, pointer_of(load, p),
				      "pool %s overlaps the pool \"%s\" (%s)",
				      ip4_net_text(p->net, text), around->name,
				      ip4_net_text(around->net, other_text));
		else
			around = p;
		if (policy->addresses.pool.bits && ip4_overlap(policy->addresses.pool, p->net))
			load_error_at(load, pointer_of(load, p),
				      "pool %s overlaps addresses.pool (%s)",
				      ip4_net_text(p->net, text),
				      ip4_net_text(policy->addresses.pool, other_text));
	}
}

static void check_named_pools(struct load *load)
{
	struct policy *policy = load->policy;
	struct policy_pool *pools = policy->addresses.pools;
	size_t count = policy->addresses.pools_count;

	if (!count || !diags_clean(load->diags, "/addresses"))
		return;
	qsort(pools, count, sizeof(*pools), by_address);
	for (size_t i = 0; i < count; i++)
		check_pool(load, pointer_of(load, &pools[i]), pools[i].net);
	if (diags_clean(load->diags, "/addresses"))
		check_overlaps(load);
	qsort(pools, count, sizeof(*pools), by_name);
}

/* After those with names, which an automatic one keeps clear of. */
static void check_main_pool(struct load *load)
{
	struct ip4_net pool = load->policy->addresses.pool;

	if (!diags_clean(load->diags, "/addresses/pool") ||
	    !diags_clean(load->diags, "/addresses/pools"))
		return;
	if (pool.bits)
		check_pool(load, "/addresses/pool", pool);
	else
		find_pool(load);
}

static void check_local_place(struct load *load, uint32_t local)
{
	const struct host_net *other =
	    pool_collision(load->host, (struct ip4_net){ .address = local, .bits = 32 });
	const char *kind = names_reserved(local);
	char text[IP4_TEXT_MAX], other_text[IP4_TEXT_MAX];

	ip4_text(local, text);
	if (kind)
		load_error_at(load, "/addresses/local", "%s is %s", text, kind);
	else if (pool_edge(load->policy, local))
		load_error_at(
		    load, "/addresses/local",
		    "%s is the first or last address of the pool, which no machine may have", text);
	else if (other)
		load_error_at(load, "/addresses/local",
			      "%s lies in the gateway's own network %s on %s", text,
			      ip4_net_text(other->net, other_text), other->ifname);
}

static void check_local(struct load *load)
{
	struct policy *policy = load->policy;

	if (!diags_clean(load->diags, "/addresses"))
		return;
	if (policy->addresses.local)
		check_local_place(load, policy->addresses.local);
	else
		policy->addresses.local = policy->addresses.pool.address + 1;
}

static void check_capacity(struct load *load)
{
	struct policy *policy = load->policy;
	struct ip4_net pool = policy->addresses.pool;
	uint32_t room;
	char text[IP4_TEXT_MAX];

	if (!load->sessions_given || !diags_clean(load->diags, "/addresses") ||
	    !diags_clean(load->diags, "/l2tp"))
		return;
	room = pool_size(pool) - ip4_in(policy->addresses.local, pool);
	if (room < policy->l2tp.max_sessions)
		load_warning_at(load, "/l2tp/max_sessions",
				"pool %s has addresses for %u clients, max_sessions is %u",
				ip4_net_text(pool, text), room, policy->l2tp.max_sessions);
}

void check_addresses(struct load *load)
{
	check_named_pools(load);
	check_main_pool(load);
	check_local(load);
	check_capacity(load);
}
