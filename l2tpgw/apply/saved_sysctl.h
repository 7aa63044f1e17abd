/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_SAVED_SYSCTL_H
#define L2TPGW_APPLY_SAVED_SYSCTL_H

/*
 * What sysctls were before l2tpgw changed them: RUN/sysctl.saved, "name=value" a line, written
 * before the change so that a crash in between loses nothing. It goes with a reboot, as the
 * changes do.
 */
#include <stdbool.h>

#include "base/err.h"
#include "base/mem.h"
#include "drive/paths.h"
#include "drive/sysctl.h"

/* 0 = found; 1 = it was never saved. */
int saved_sysctl_get(const struct paths *paths, const char *name, char value[SYSCTL_VALUE_MAX],
		     struct err *err);
int saved_sysctl_put(const struct paths *paths, const char *name, const char *value,
		     struct err *err);
/* Forgets it; the last one takes the file with it. */
int saved_sysctl_drop(const struct paths *paths, const char *name, struct err *err);
/* All names, in the arena. */
int saved_sysctl_list(const struct paths *paths, struct arena *arena, const char ***names,
		      size_t *count, struct err *err);

#endif
