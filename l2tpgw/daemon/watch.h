/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_WATCH_H
#define L2TPGW_DAEMON_WATCH_H

/*
 * Watches the machine: addresses, routes and links (the WAN is followed as it changes) and our
 * nftables table (put back at once when somebody flushes it).
 */
#include "daemon/gateway.h"

int watch_open(struct gateway *gateway, struct err *err);
void watch_close(struct watch *watch);

#endif
