/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_UNIT_H
#define L2TPGW_CLI_UNIT_H

/*
 * l2tpgw.service: who starts and stops l2tpgwd where systemd runs the machine. Not used by a
 * gateway whose roots were moved, or by programs that are not the installed ones (a build tree).
 */
#include <stdbool.h>

#include "base/err.h"

/* The unit is there, and is what this program's gateway runs in. */
bool unit_used(void);
/* It starts at boot. */
bool unit_enabled(void);
/*
 * Enables and starts it; returns when l2tpgwd has begun. On failure nothing is left running or
 * enabled that was not before, and *err has the reason as far as l2tpgwd's exit status tells.
 */
int unit_start(struct err *err);
/* Stops it, which takes the gateway down, and disables it. */
int unit_stop(struct err *err);
/* Is the stop that is under way only the first half of a restart? Not knowing is no. */
bool unit_restarting(void);

#endif
