/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_INSTANCE_H
#define L2TPGW_DAEMON_INSTANCE_H

/*
 * One l2tpgwd a gateway: RUN/l2tpgwd.pid holds its pid, and is locked as long as it lives. The lock
 * goes with the process, however that ends.
 */
#include "base/err.h"
#include "drive/paths.h"

/* The descriptor that holds the lock; ERR_LOCKED if there is another one. */
int instance_lock(const struct paths *paths, struct err *err);
/* Somebody may have removed the file: then it is made and locked anew, and the log says so. */
void instance_put_back(const struct paths *paths, int *lock);

#endif
