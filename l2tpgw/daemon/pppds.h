/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_PPPDS_H
#define L2TPGW_DAEMON_PPPDS_H

/*
 * The pppds of our sessions, each held by a pidfd: they are xl2tpd's children, not ours, so this is
 * how their end is seen for certain, whatever they managed to report before.
 */
#include <stdbool.h>

#include "daemon/gateway.h"

struct pppds *pppds_new(struct gateway *gateway);
void pppds_free(struct pppds *pppds);
/* Watches one; false if it is gone already. Watching it twice is fine. */
bool pppds_watch(struct pppds *pppds, struct session_pid pppd);
/* SIGTERM, or SIGKILL if hard. */
void pppds_kill(struct pppds *pppds, struct session_pid pppd, bool hard);
/* Kills pppds of ours whose worker is gone and which no session knows. */
void pppds_kill_strays(struct pppds *pppds);

#endif
