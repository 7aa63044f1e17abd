/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_OBSTACLES_H
#define L2TPGW_DAEMON_OBSTACLES_H

/* Other people's firewalls in the way of the gateway (apply/neighbours.h), for `status` and the
 * log. */
#include <jansson.h>

#include "daemon/gateway.h"

struct obstacles *obstacles_new(struct gateway *gateway);
void obstacles_free(struct obstacles *obstacles); /* NULL is fine */
/*
 * Looks again if nftables or the WAN has changed since the last time, and logs what is new. Cheap
 * if not.
 */
void obstacles_look(struct obstacles *obstacles);
/* Appends a sentence for each to `list`. */
void obstacles_warnings(const struct obstacles *obstacles, json_t *list);

#endif
