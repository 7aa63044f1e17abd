/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_APPLY_STATE_DIR_H
#define L2TPGW_TESTS_APPLY_STATE_DIR_H

/* A gateway's state directory of its own, below /tmp. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "drive/paths.h"
#include "unit.h"

static char state_dir[32];

static inline int state_remove_entry(const char *path, const struct stat *st, int flag,
				     struct FTW *at)
{
	(void)st;
	(void)flag;
	(void)at;
	return remove(path);
}

static inline int state_make(struct paths *paths)
{
	struct err err;

	(void)snprintf(state_dir, sizeof(state_dir), "/tmp/l2tpgw-state-XXXXXX");
	if (!mkdtemp(state_dir) || setenv("L2TPGW_STATE", state_dir, 1) < 0)
		return -1;
	return paths_load(paths, &err);
}

static inline void state_unmake(void)
{
	(void)nftw(state_dir, state_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
