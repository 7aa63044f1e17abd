/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_LEASES_H
#define L2TPGW_DAEMON_LEASES_H

/* Who had which address last (session/leases.h): in STATE/leases.json, so that it outlives l2tpgwd
 * and a reboot. */
#include "daemon/gateway.h"

/* A file that cannot be used is told in the log. */
void leases_load(struct gateway *gateway);
/* Writes them if they are others than on disk. */
void leases_save(struct gateway *gateway);

#endif
