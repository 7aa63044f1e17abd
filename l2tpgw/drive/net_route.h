/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_NET_ROUTE_H
#define L2TPGW_DRIVE_NET_ROUTE_H

/* IPv4 unicast routes of the main table (rtnetlink(7)), in the current network namespace. */
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

#endif
