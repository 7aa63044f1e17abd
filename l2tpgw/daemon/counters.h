/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_COUNTERS_H
#define L2TPGW_DAEMON_COUNTERS_H

/* What went over the sessions' links. */
#include "daemon/gateway.h"

/* Tells the session table the counters of all links as they are now. */
void counters_refresh(struct gateway *gateway);

#endif
