/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_STATUS_H
#define L2TPGW_DAEMON_STATUS_H

/* What `l2tpgw status` and `l2tpgw sessions` show, as JSON; the caller owns what is returned. */
#include <jansson.h>

#include "daemon/gateway.h"

/* {"schema": "l2tpgw.status/1", …} */
json_t *status_json(const struct gateway *gateway);
/* {"schema": "l2tpgw.sessions/1", "sessions": […]}; with an id only that one, NULL if unknown. */
json_t *status_sessions(struct gateway *gateway, const char *id);

#endif
