/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_NET_ROUTE_H
#define L2TPGW_DRIVE_NET_ROUTE_H

/*
 * IPv4 unicast routes of the main table (rtnetlink(7)), and where packets really go, in the current
 * network namespace.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ip4.h"
#include "base/mem.h"
#include "drive/netlink.h"

struct net_route {
	struct ip4_net net; /* bits 0 = default route */
	int ifindex;        /* of the first next hop; 0 = none */
	uint32_t gateway;   /* 0 = none (directly connected, or point-to-point) */
	uint32_t source;    /* preferred source address; 0 = none */
	uint32_t metric;    /* smaller wins */
};

/* Route to lo. NET_DONE or NET_SAME, negative on failure. */
int net_route_add(struct ip4_net net, struct err *err);
int net_route_delete(struct ip4_net net, struct err *err);
int net_route_list(struct arena *arena, struct net_route **list, size_t *count, struct err *err);
/* The default route of the smallest metric: NET_DONE; NET_SAME if there is none. */
int net_route_default(struct net_route *route, struct err *err);

struct net_way {
	int ifindex;
	uint32_t table; /* that of the route, which rules chose */
};

/*
 * By what way a packet of this machine leaves, which has that source and no mark: NET_DONE;
 * NET_SAME if by none.
 */
int net_route_way(uint32_t from, uint32_t to, struct net_way *way, struct err *err);

#endif
