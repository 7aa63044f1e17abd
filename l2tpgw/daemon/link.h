/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_LINK_H
#define L2TPGW_DAEMON_LINK_H

/* A VICI connection (drive/vici.h) in the event loop. It may be open or closed. */
#include <stdbool.h>

#include "base/err.h"
#include "daemon/loop.h"
#include "drive/vici.h"

/*
 * How long a command may take that stands in a row with lists of SAs: charon answers one after the
 * other, and a list waits for each SA that is being set up. Whether charon lives at all the
 * connection for events tells, much sooner.
 */
#define LINK_IN_ROW_MS 60000

struct link_ops {
	/* What came was handed to its callbacks. */
	void (*heard)(void *user);
	/*
	 * The connection is dead; link_close() is the owner's. `late`: an answer did not come in
	 * time, the other end did not hang up.
	 */
	void (*lost)(void *user, const char *why, bool late);
};

struct link {
	struct vici *vici; /* NULL = closed */
	sd_event *loop;
	sd_event_source *source;
	struct loop_timer timer;
	const struct link_ops *ops;
	void *user;
};

void link_init(struct link *link, sd_event *loop, const struct link_ops *ops, void *user);
void link_free(struct link *link);
int link_open(struct link *link, const char *path, struct err *err);
/* Whoever waits for an answer is told so. Never from a callback of VICI; closed already is fine. */
void link_close(struct link *link);
/* vici_listen(); link_flush() sends it. */
int link_listen(struct link *link, const char *event, vici_event_fn on_event, void *user,
		unsigned timeout_ms, struct err *err);
/* vici_request(), sent by the loop. -1 (and a line in the log) if it could not be queued. */
int link_ask(struct link *link, const struct vici_request *request);
/* Ends an SA by its unique id, without waiting: `key` is "child-id" or "ike-id". */
void link_terminate(struct link *link, const char *key, uint32_t id);
/* Sends and hears what can be now; never from a callback of VICI. */
void link_flush(struct link *link);

#endif
