/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_ZONES_H
#define L2TPGW_DAEMON_ZONES_H

/* The time zones that a policy's hours refer to, as they are now: daylight saving comes and goes.
 */
#include "daemon/gateway.h"

void zones_now(const struct policy *policy, int32_t offsets[POLICY_ZONES_MAX]);
/* Tells the session table; after each change of the policy in force, and regularly. */
void zones_refresh(struct gateway *gateway);

#endif
