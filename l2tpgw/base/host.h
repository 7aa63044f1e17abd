/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_HOST_H
#define L2TPGW_BASE_HOST_H

/*
 * What the machine looks like, as far as a policy's meaning depends on it. Gathered at the edge
 * (drive/host.c), handed as an argument to the pure code. A zeroed struct means "nothing is known":
 * `l2tpgw check` on another machine still works, it just cannot see collisions with local networks.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/ip4.h"

#define HOST_NETS_MAX      256
#define HOST_RESOLVERS_MAX 3
#define HOST_IFNAME_MAX    16

struct host_net {
	char ifname[HOST_IFNAME_MAX];
	struct ip4_net net;
};

struct host {
	char
	    wan[HOST_IFNAME_MAX]; /* named by the policy, else of the default route; "" = unknown */
	uint32_t wan_address;     /* 0 = unknown */
	unsigned wan_mtu;         /* bytes; 0 = unknown */
	struct host_net nets[HOST_NETS_MAX]; /* connected networks, those of l2tpgw left out */
	size_t nets_count;
	uint32_t resolvers[HOST_RESOLVERS_MAX]; /* usable by clients: none of 127/8 */
	size_t resolvers_count;
};

#endif
