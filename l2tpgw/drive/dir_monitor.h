/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_DIR_MONITOR_H
#define L2TPGW_DRIVE_DIR_MONITOR_H

/*
 * Which files of a directory were written, replaced, removed or given another mode, by anybody
 * (inotify(7)). Look at them: an event says that something happened, not what is true now.
 */
#include "base/err.h"

/* A non-blocking close-on-exec descriptor, or negative. */
int dir_monitor_open(const char *path, struct err *err);
/* `name` is that of a file in the directory; "" = events were lost, or the directory itself went.
 */
typedef void dir_monitor_fn(void *user, const char *name);
int dir_monitor_drain(int fd, dir_monitor_fn *changed, void *user, struct err *err);

#endif
