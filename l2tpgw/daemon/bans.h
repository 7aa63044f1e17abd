/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_BANS_H
#define L2TPGW_DAEMON_BANS_H

/* Who is kept out (session/ban.h), in STATE/bans.json: bans outlive l2tpgwd and a reboot. */
#include <jansson.h>
#include <stdint.h>

#include "daemon/gateway.h"

/* A file that cannot be used is told in the log and left as it is until the next ban. */
void bans_load(struct gateway *gateway);
/* Both write the file too; if that fails nothing was changed. */
int bans_add(struct gateway *gateway, const char *user, unsigned seconds, struct err *err);
int bans_lift(struct gateway *gateway, const char *user, struct err *err);
/* l2tpgw.bans/1: {"schema", "bans": […]} */
json_t *bans_json(struct gateway *gateway);

#endif
