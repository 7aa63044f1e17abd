/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_FILE_H
#define L2TPGW_BASE_FILE_H

/* Files read whole within a bound, and written atomically: readers see the old or the new one. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Reads a regular file (or pipe) of at most `max` bytes; more is an error. Refuses directories. */
int file_read(const char *path, size_t max, struct buf *out, struct err *err);
/* Writes to a temporary file beside `path` with that mode, fsyncs if `durable`, and renames it. */
int file_write(const char *path, const void *data, size_t len, mode_t mode, bool durable,
	       struct err *err);
/* What was written without `durable` is on disk now, name and content. */
int file_sync(const char *path, struct err *err);
/* Removes what file_write() leaves in a directory when its process ends in the middle of it. */
int file_remove_halves(const char *path, struct err *err);
/* mkdir -p for the last component's parents too; an existing directory is fine (mode untouched). */
int file_mkdirs(const char *path, mode_t mode, struct err *err);
/* Renames a file or directory, and syncs the directory of the new name. */
int file_rename(const char *from, const char *to, struct err *err);
/* Removes a file; one that is not there is fine. */
int file_remove(const char *path, struct err *err);
/* A directory with all that is in it, as far as that goes; links are not followed. */
int file_remove_tree(const char *path, struct err *err);
/* The same, and syncs its directory: it does not come back with a reset of the machine. */
int file_remove_durable(const char *path, struct err *err);

#endif
