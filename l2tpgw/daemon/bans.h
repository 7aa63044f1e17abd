/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_BANS_H
#define L2TPGW_DAEMON_BANS_H

/*
 * Who is kept out (session/ban.h): in STATE/bans.json, so that bans outlive l2tpgwd and a reboot,
 * and as far as it is an address in the nftables set `banned`, so that nobody gets as far as IKE
 * from there.
 */
#include <jansson.h>
#include <stdint.h>

#include "daemon/gateway.h"

/* A file that cannot be used is told in the log and left as it is until the next ban. */
void bans_load(struct gateway *gateway);
/* Both write the file too; if that fails nothing was changed. A target is a user or an address. */
int bans_add(struct gateway *gateway, const char *user, unsigned seconds, struct err *err);
int bans_lift(struct gateway *gateway, const char *target, struct err *err);
/* The session table has others now (SESSION_BANS): writes them, and keeps out whom they name. */
void bans_changed(struct gateway *gateway);
/* The set was made anew, and is empty. */
void bans_refill(struct gateway *gateway);
/* Writes what is known of good standing if it is another than on disk. */
void bans_save(struct gateway *gateway);
/* l2tpgw.bans/1: {"schema", "bans": […]} */
json_t *bans_json(struct gateway *gateway);

#endif
