/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_TICKER_H
#define L2TPGW_DAEMON_TICKER_H

/* Lets the session table enforce its time limits, and tells systemd that the loop turns. */
#include "daemon/gateway.h"

void ticker_start(struct gateway *gateway);

#endif
