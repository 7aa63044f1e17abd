/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/detour.h"

#include <net/if.h>
#include <string.h>
#include <linux/rtnetlink.h>

#include "base/cleanup.h"
#include "drive/net_route.h"

/*
 * Somewhere among the subscribers of two access providers (Comcast, Deutsche Telekom), where
 * clients are: no resolver, no server and no tunnel's end is there that would be given a route of
 * its own. One in each half of the address space: VPNs also route 0.0.0.0/1 and 128.0.0.0/1.
 */
static const uint32_t somewhere[] = {
	0x49640001, /* 73.100.0.1 */
	0xd9e66401, /* 217.230.100.1 */
};

/* A client's L2TP is looked up once more with this source when its destination is the real one. */
#define FABRIC "198.18.0.0/15"

static int fill(const struct net_way *way, int wan, struct detour *detour, struct err *err)
{
	struct net_route route = { .ifindex = 0 };

	/* An interface that has just gone has no name. */
	if (!if_indextoname((unsigned)way->ifindex, detour->ifname))
		return 0;
	if (net_route_default(&route, err) < 0)
		return -1;
	detour->table = way->table;
	detour->uplink = way->table == RT_TABLE_MAIN && route.ifindex == way->ifindex;
	detour->main = way->table != RT_TABLE_MAIN && route.ifindex == wan;
	return 1;
}

int detour_find(const struct host *host, struct detour *detour, struct err *err)
{
	int wan = (int)if_nametoindex(host->wan);
	struct net_way way;

	_Static_assert(sizeof(detour->ifname) == IF_NAMESIZE, "both are interface names");
	for (size_t i = 0; wan && host->wan_address && i < array_size(somewhere); i++) {
		int rc = net_route_way(host->wan_address, somewhere[i], &way, err);

		if (rc < 0)
			return -1;
		if (rc == NET_DONE && way.ifindex != wan)
			return fill(&way, wan, detour, err);
	}
	return 0;
}

static const char *table_name(struct arena *arena, uint32_t table)
{
	return table == RT_TABLE_MAIN ? "main" : arena_printf(arena, "%u", table);
}

const char *detour_text(struct arena *arena, const struct detour *detour, const struct host *host)
{
	char address[IP4_TEXT_MAX];

	ip4_text(host->wan_address, address);
	if (detour->uplink)
		return arena_printf(arena,
				    "answers from %s to the internet leave by %s (the default "
				    "route), not by %s as gateway.wan has it: many a provider "
				    "drops them",
				    address, detour->ifname, host->wan);
	return arena_printf(arena,
			    "answers from %s leave by %s (table %s), not by %s: clients get none",
			    address, detour->ifname, table_name(arena, detour->table), host->wan);
}

const char *detour_remedy(struct arena *arena, const struct detour *detour, const struct host *host)
{
	char address[IP4_TEXT_MAX];

	ip4_text(host->wan_address, address);
	if (detour->main)
		return arena_printf(arena,
				    "ip rule add from %s lookup main pref 100, and "
				    "ip rule add from " FABRIC " lookup main pref 100, or fewer "
				    "networks for %s (WireGuard: AllowedIPs)",
				    address, detour->ifname);
	return arena_printf(arena,
			    "ip route add default via ROUTER dev %s table 100, and "
			    "ip rule add from %s lookup 100 pref 99, and "
			    "ip rule add from " FABRIC " to " FABRIC " lookup main pref 98, and "
			    "ip rule add from " FABRIC " lookup 100 pref 99",
			    host->wan, address);
}
