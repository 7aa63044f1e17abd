/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_SA_FEED_H
#define L2TPGW_DAEMON_SA_FEED_H

/*
 * What charon says of its SAs, into the session table: events as they come, and every now and then
 * a list of all there are, for an event may be lost or not be understood.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "daemon/gateway.h"
#include "daemon/link.h"
#include "daemon/loop.h"

struct sa_feed {
	struct gateway *gateway;
	struct link *events, *commands;
	/* The table knows all there is; after each list. */
	void (*complete)(void *user);
	void *user;
	struct loop_timer timer;
	uint64_t due; /* ms; when the next list is due */
	bool open;    /* charon is connected, and all events are registered */
	bool running; /* a list is under way */
};

/* The other members are the caller's to set. */
void sa_feed_init(struct sa_feed *feed);
void sa_feed_free(struct sa_feed *feed);
/* Registers for the events. */
int sa_feed_listen(struct sa_feed *feed, unsigned timeout_ms, struct err *err);
/* A list before every event is registered could miss what happens in between. */
bool sa_feed_listens(const struct sa_feed *feed);
/* Asks for the first list. */
void sa_feed_open(struct sa_feed *feed);
/* The connections have ended. */
void sa_feed_close(struct sa_feed *feed);
/* Asks for a list `delay_ms` from now; one that is pending is enough. */
void sa_feed_resync(struct sa_feed *feed, unsigned delay_ms);

#endif
