/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_NET_ADDRESS_H
#define L2TPGW_DRIVE_NET_ADDRESS_H

/* IPv4 addresses of interfaces (rtnetlink(7)), in the current network namespace. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ip4.h"
#include "base/mem.h"
#include "drive/netlink.h"

#define NET_LO 1 /* ifindex of lo: in every namespace (LOOPBACK_IFINDEX in the kernel) */

struct net_address {
	int ifindex;
	uint32_t address;   /* the interface's own */
	struct ip4_net net; /* the network (or the peer, /32) reached through it */
	bool global;        /* scope is global: usable as a source towards anybody */
	bool secondary;
};

/* ADDRESS/32 on lo. NET_DONE or NET_SAME, negative on failure. */
int net_address_add(uint32_t address, struct err *err);
int net_address_delete(uint32_t address, struct err *err);
/* All addresses of all interfaces, in the kernel's order. `*list` lives in the arena. */
int net_address_list(struct arena *arena, struct net_address **list, size_t *count,
		     struct err *err);

#endif
