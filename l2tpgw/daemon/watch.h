/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_WATCH_H
#define L2TPGW_DAEMON_WATCH_H

/*
 * Watches the machine: addresses, routes and links (the WAN is followed as it changes), and what
 * is ours of nftables, of the IPsec policies and of the files in RUN (put back when somebody else
 * changes it).
 */
#include "daemon/gateway.h"

int watch_open(struct gateway *gateway, struct err *err);
void watch_close(struct watch *watch);

#endif
