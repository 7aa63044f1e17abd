/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_ORPHANS_H
#define L2TPGW_DAEMON_ORPHANS_H

/*
 * SAs that a charon of ours left in the kernel when it died and that belong to no session: made in
 * its last moments, or while l2tpgwd was away. Nobody would ever end them.
 */
#include "daemon/gateway.h"

/* Deletes them. Only while no charon of ours runs: those of a living one are its own affair. */
void orphans_sweep(struct gateway *gateway);

#endif
