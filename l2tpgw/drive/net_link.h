/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_NET_LINK_H
#define L2TPGW_DRIVE_NET_LINK_H

/* Interfaces and their 64-bit counters (rtnetlink(7)), in the current network namespace. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <net/if.h>

#include "base/err.h"
#include "base/mem.h"
#include "drive/netlink.h"

struct net_link {
	int ifindex;
	char name[IFNAMSIZ];
	unsigned mtu;      /* bytes */
	unsigned flags;    /* IFF_UP, IFF_RUNNING, IFF_LOWER_UP, … */
	uint8_t operstate; /* IF_OPER_* of <linux/if.h>, RFC 2863; ppp links stay at unknown (0) */
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets; /* rx = what the client sent */
};

/* NET_DONE; NET_SAME if there is no such interface. */
int net_link_get(const char *name, struct net_link *link, struct err *err);
int net_link_get_index(int ifindex, struct net_link *link, struct err *err);
/* All whose name starts with `prefix` ("" = all). `*list` lives in the arena. */
int net_link_list(struct arena *arena, const char *prefix, struct net_link **list, size_t *count,
		  struct err *err);

#endif
