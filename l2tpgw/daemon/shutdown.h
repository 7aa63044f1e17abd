/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_SHUTDOWN_H
#define L2TPGW_DAEMON_SHUTDOWN_H

/* `l2tpgw down`: everybody is told goodbye, then everything of ours is taken away. */
#include "daemon/gateway.h"

/* Begins; the loop ends when it is done. Calling it again changes nothing. */
void shutdown_begin(struct gateway *gateway);

#endif
