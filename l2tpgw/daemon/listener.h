/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_LISTENER_H
#define L2TPGW_DAEMON_LISTENER_H

/*
 * A listening Unix socket in the event loop. When the process has no descriptor left to accept
 * with, it looks away for a moment instead of being woken by the waiting connection for ever.
 */
#include "daemon/loop.h"
#include "drive/local.h"

/* Takes over the connection. */
typedef void (*listener_fn)(void *user, int fd, const struct local_peer *peer);

struct listener {
	int fd;
	const char *name; /* for the log: "control socket" */
	sd_event_source *source;
	struct loop_timer pause;
	bool starved; /* and that was logged */
	listener_fn accepted;
	void *user;
};

/* Takes over the listening descriptor. */
void listener_open(struct listener *listener, sd_event *loop, int fd, const char *name,
		   listener_fn accepted, void *user);
void listener_close(struct listener *listener);

#endif
