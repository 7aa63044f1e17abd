/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_STRAY_H
#define L2TPGW_DAEMON_STRAY_H

/* Telling the pppds of a gateway from everybody else's, by their command line. */
#include "base/mem.h"
#include "drive/paths.h"
#include "drive/procfs.h"

/* All pppds that were started with RUN/ppp-options, in the arena. */
int stray_pppds(const struct paths *paths, struct arena *arena, struct procfs_process **list,
		size_t *count, struct err *err);

#endif
