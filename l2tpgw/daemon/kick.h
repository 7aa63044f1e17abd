/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_KICK_H
#define L2TPGW_DAEMON_KICK_H

/*
 * Ends sessions at somebody's word, and answers when they are really gone: PPP, tunnel and SA said
 * goodbye, in this order, each within its time.
 */
#include <stdint.h>

#include "daemon/gateway.h"

/*
 * `target` is a user or the id of a session. With a ban (seconds; 0 = none) the user is kept out
 * from now on, and all of that user's sessions end. 0: control_finish() answers the client; -1:
 * refused, nothing was changed.
 */
int kick_begin(struct gateway *gateway, const char *target, unsigned ban, uint64_t client,
	       struct err *err);

#endif
