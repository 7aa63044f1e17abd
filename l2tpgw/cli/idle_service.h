/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_IDLE_SERVICE_H
#define L2TPGW_CLI_IDLE_SERVICE_H

/*
 * The distribution's own strongswan.service and xl2tpd.service hold UDP 500, 4500 and 1701 as soon
 * as their packages are installed. One that serves nothing, no connection in charon, no section in
 * xl2tpd's configuration, makes room for the gateway, and is given back when that goes down. One
 * that serves anything is never touched.
 */
#include <stdbool.h>

#include "base/err.h"
#include "cli/finding.h"
#include "drive/paths.h"

/*
 * Stops and disables those that are idle and in the way, tells so on standard error, and remembers
 * them in STATE. `managed`: charon is ours, so the machine's own is in the way. Returns how many,
 * -1 on failure (those stopped before are remembered).
 */
int idle_services_release(const struct paths *paths, bool managed, struct err *err);
/* Layer "ports": those that do not run now, but will be in the way after the next boot. */
void idle_services_examine(struct findings *findings, bool managed);
/*
 * Enables and starts again what is remembered, and forgets it. What cannot be started is told on
 * standard error, with the command for it, and forgotten too: the gateway goes down all the same,
 * and its package can be removed. -1: what is remembered cannot be read or forgotten.
 */
int idle_services_restore(const struct paths *paths, struct err *err);
/* Has this configuration of xl2tpd any section but [global]: one that serves (lns) or dials (lac)?
 */
bool idle_xl2tpd_serves(const char *config);

#endif
