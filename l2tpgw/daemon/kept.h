/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_KEPT_H
#define L2TPGW_DAEMON_KEPT_H

/*
 * Has a charon that is not ours kept our connection and our secret? "swanctl --load-all" and
 * "--load-creds" unload what is not in swanctl's own files, and no event says so.
 */
#include "base/tree.h"
#include "daemon/link.h"

struct kept {
	struct link *link;                          /* the connection for commands */
	void (*lost)(void *user, const char *what); /* "connection", "secret": not there any more */
	void *user;
};

/* Asks; what comes of it comes by `lost`. */
void kept_check(struct kept *kept);
/* Is our name in a list of names (`conns` of get-conns, `keys` of get-shared)? */
bool kept_in(const struct tree *response, const char *list);

#endif
