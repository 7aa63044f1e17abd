/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_ENDED_H
#define L2TPGW_DAEMON_ENDED_H

/*
 * RUN/ended: the last words of pppds that found no l2tpgwd to hear them, one file each
 * (base/messages.h). Believed as little as what comes over the socket.
 */
#include "daemon/gateway.h"

/* How a pppd that is gone has ended: as it left word, else nobody saw how. */
struct session_end ended_read(const struct paths *paths, struct session_pid pppd);
void ended_remove(const struct paths *paths, struct session_pid pppd);
/* Removes what is of no pppd that a session has. */
void ended_sweep(const struct gateway *gateway);

#endif
