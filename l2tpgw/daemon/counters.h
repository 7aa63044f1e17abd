/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_COUNTERS_H
#define L2TPGW_DAEMON_COUNTERS_H

/* What went over the sessions' links. */
#include "daemon/gateway.h"

/*
 * Tells the session table the counters of all links as they are now. To be called before an idle
 * time-out is judged that was not in force until then: nobody has looked who is idle.
 */
void counters_refresh(const struct gateway *gateway);

#endif
