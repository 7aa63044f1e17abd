/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_LISTENER_H
#define L2TPGW_DAEMON_LISTENER_H

/*
 * A listening Unix socket in the event loop. When the process has no descriptor left to accept
 * with, it looks away for a moment instead of being woken by the waiting connection for ever.
 */
#include "daemon/loop.h"
#include "drive/local.h"

/* Where it listens; see local_listen(). What it points to outlives the listener. */
struct listener_place {
	const char *path;
	int type;
	mode_t mode;
	const char *group; /* NULL = none */
};

/* Takes over the connection. */
typedef void (*listener_fn)(void *user, int fd, const struct local_peer *peer);

struct listener {
	int fd;
	sd_event *loop;
	struct listener_place place;
	const char *name; /* for the log: "control socket" */
	sd_event_source *source;
	struct loop_timer pause;
	bool starved; /* and that was logged */
	listener_fn accepted;
	void *user;
};

int listener_open(struct listener *listener, sd_event *loop, const struct listener_place *place,
		  const char *name, listener_fn accepted, void *user, struct err *err);
/* Somebody may have removed the file: then it is made anew, and the log says so. */
void listener_put_back(struct listener *listener);
void listener_close(struct listener *listener);

#endif
