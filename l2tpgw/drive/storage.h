/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_STORAGE_H
#define L2TPGW_DRIVE_STORAGE_H

/* The file systems that files are written to. */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct storage {
	char folder[PATH_MAX]; /* the nearest that exists, at or above what was asked about */
	bool read_only;
	uint64_t free; /* bytes that root may still write */
};

/* Of an absolute path, whose last parts need not be there yet. */
int storage_of(const char *path, struct storage *storage, struct err *err);

#endif
