/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_PLANNING_H
#define L2TPGW_DAEMON_PLANNING_H

/*
 * `plan`: what an apply would do, found out without doing it and while others may. What l2tpgwd is
 * just doing by itself is waited for.
 */
#include "base/buf.h"
#include "daemon/gateway.h"

/* Takes the text out of `text`; NULL = what is on disk. control_finish() tells how it ended. */
void planning_begin(struct gateway *gateway, struct buf *text, uint64_t client);

#endif
