/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_GUARD_H
#define L2TPGW_DAEMON_GUARD_H

/*
 * The guard of a change that waits for its confirmation: a process of its own (`l2tpgwd --guard`)
 * that sleeps until the time is over. If the change still waits then and no l2tpgwd lives that
 * would take it back, it becomes one.
 */
#include "base/err.h"
#include "drive/paths.h"

/* One that watches already is enough. */
int guard_start(const struct paths *paths, struct err *err);
/* There is nothing left to watch. */
void guard_end(const struct paths *paths);
/* What it does. Returns when it is not needed any more. */
int guard_run(const struct paths *paths, struct err *err);

#endif
