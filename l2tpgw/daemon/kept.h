/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_KEPT_H
#define L2TPGW_DAEMON_KEPT_H

/*
 * Has charon kept our connection and our secret? "swanctl --load-all" and "--load-creds" unload
 * what is not in swanctl's own files, anybody may load another connection of our name, and no event
 * says so.
 */
#include "base/tree.h"
#include "daemon/gateway.h"
#include "daemon/link.h"

struct kept {
	const struct gateway *gateway;
	struct link *link; /* the connection for commands */
	/* "connection was unloaded", "connection was changed (dpd_delay is 5 instead of 30)" */
	void (*lost)(void *user, const char *what);
	void *user;
	const struct plan *asked; /* the question is under way: what it is about; else NULL */
};

/* Asks; what comes of it comes by `lost`. */
void kept_check(struct kept *kept);
/* Is our name in a list of names (`conns` of get-conns, `keys` of get-shared)? */
bool kept_in(const struct tree *response, const char *list);

#endif
