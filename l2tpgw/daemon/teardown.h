/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_TEARDOWN_H
#define L2TPGW_DAEMON_TEARDOWN_H

/*
 * Takes away everything of a gateway that is found on this machine, whoever of us made it: works
 * without a policy and without a running l2tpgwd. Blocks until the processes are gone.
 */
#include <stdbool.h>

#include "base/err.h"
#include "drive/paths.h"

/* A gateway is there, running or left behind. */
bool teardown_is_due(const struct paths *paths);
/* Goes on after a failure and reports the first one. */
int teardown(const struct paths *paths, struct err *err);

#endif
