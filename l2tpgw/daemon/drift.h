/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_DRIFT_H
#define L2TPGW_DAEMON_DRIFT_H

/*
 * What others change of the gateway while it runs is put back, and each time the log says what was
 * found. Whoever insists is not fought without end (holdoff.h).
 */
#include "daemon/gateway.h"

struct drift *drift_new(struct gateway *gateway);
void drift_free(struct drift *drift); /* NULL is fine */
/*
 * Compares objects of these kinds with the plan in force and puts back what differs. Does nothing
 * while the gateway is being changed or taken down.
 */
void drift_repair(struct drift *drift, unsigned kinds);
/* Looks after what cannot announce itself, and after what was left. Called by the ticker. */
void drift_tick(struct drift *drift);

#endif
