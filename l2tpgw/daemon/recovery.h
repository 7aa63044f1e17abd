/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_RECOVERY_H
#define L2TPGW_DAEMON_RECOVERY_H

/*
 * What an l2tpgwd begins with. Over a gateway that lives it takes over what is in force, never an
 * edited file; where nothing runs (boot, `up`) it takes the policy on disk, and the generation in
 * force if that one is of no use. A change that a crash cut off is made an end of first: the old
 * state or the new one, never a mix.
 */
#include "daemon/gateway.h"

/*
 * Puts a policy in force: objects are as it wants them, gateway->policy, plan and sessions are set.
 * Processes and charon follow. On failure of a fresh start nothing of this is in force.
 */
int recovery_begin(struct gateway *gateway, struct err *err);
/* After the parts have begun: what of a change that was cut off concerns them. */
void recovery_continue(struct gateway *gateway);

#endif
