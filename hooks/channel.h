/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_HOOKS_CHANNEL_H
#define L2TPGW_HOOKS_CHANNEL_H

/* The way to l2tpgwd: its socket, AF_UNIX and SOCK_SEQPACKET. Knows nothing of pppd. */
#include "base/err.h"
#include "base/fields.h"

/*
 * Sends `request` and waits for its answer, `milliseconds` at most in all; a daemon that is just
 * being restarted is tried again within that time. Returns the connection, for one channel_send()
 * more; the caller closes it and wipes `answer`.
 */
int channel_ask(const char *path, const struct fields *request, int milliseconds,
		struct fields *answer, struct err *err);
/* Sends without ever waiting: a full or missing socket is an error at once. */
int channel_send(int fd, const struct fields *message, struct err *err);
/* The same over a connection of its own. */
int channel_report(const char *path, const struct fields *message, struct err *err);

#endif
