/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_NET_MONITOR_H
#define L2TPGW_DRIVE_NET_MONITOR_H

/*
 * Sockets that become readable when links, IPv4 addresses, IPv4 routes or nftables change. They
 * only say that something changed: look at the state afterwards, never trust the event's content.
 * After NET_MONITOR_OVERRUN events were lost: look at everything.
 */
#include "base/err.h"

enum {
	NET_MONITOR_LINK = 1 << 0,
	NET_MONITOR_ADDRESS = 1 << 1,
	NET_MONITOR_ROUTE = 1 << 2,
	NET_MONITOR_TABLE = 1 << 3,      /* something in our nftables table */
	NET_MONITOR_TABLE_GONE = 1 << 4, /* the table itself was deleted (and maybe made anew) */
	NET_MONITOR_OVERRUN = 1 << 5,
	NET_MONITOR_XFRM = 1 << 6, /* an IPsec policy without a mark */
};

/* Links, addresses and routes. A non-blocking close-on-exec descriptor, or negative. */
int net_monitor_open(struct err *err);
/* nftables. A second descriptor of the same kind; what this process does itself is left out. */
int net_monitor_open_nft(struct err *err);
/* IPsec policies; a third descriptor of the kind. Those of charon, which have marks, are left out.
 */
int net_monitor_open_xfrm(struct err *err);
/* Reads all there is on any kind: bits of the enum, 0 = nothing of interest; negative = error.
 */
int net_monitor_drain(int fd, struct err *err);

#endif
