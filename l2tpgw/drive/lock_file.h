/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_LOCK_FILE_H
#define L2TPGW_DRIVE_LOCK_FILE_H

/*
 * A lock that people can be told about: flock(2) on a file that says who holds it. It ends with
 * the process at the latest; the file stays.
 */
#include <stdbool.h>

#include "base/cleanup.h"
#include "base/err.h"

/*
 * Waits at most `wait_ms` for the lock on `path`, which is created (0600) if need be. `what` is
 * named in the error of whoever comes later: ERR_LOCKED with who holds it, since when and for what.
 * The descriptor holds the lock until it is closed.
 */
int lock_file_take(const char *path, const char *what, unsigned wait_ms, struct err *err);

/* Of one that others remove while they hold it: a lock on a file that is gone keeps nobody out. */
bool lock_file_is_there(int fd, const char *path);

#endif
