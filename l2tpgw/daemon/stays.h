/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_STAYS_H
#define L2TPGW_DAEMON_STAYS_H

/*
 * Sessions stay on their worker when others serve their shard from now on. Connection tracking does
 * that, as long as it remembers: so the map stays_on in the ruleset (templates/fabric.nft) names
 * the worker of each such slot. And they leave it when they dial anew: a worker that drains is not
 * let hear that, the set redials notes who tried.
 *
 * What is in the map and the set is state of ours, not of the plan; it survives a change of the
 * ruleset, but not the removal of the table.
 */
#include "daemon/gateway.h"

struct stays *stays_new(struct gateway *gateway);
void stays_free(struct stays *stays);
/*
 * Before the ruleset changes: sessions that would be served by others with that map stay as well
 * from now on. NULL, afterwards: the plan in force alone counts again.
 */
void stays_follow(struct stays *stays, const uint8_t worker_of[FABRIC_SHARDS]);
/* The slot's session has changed, or is gone. */
void stays_slot(struct stays *stays, uint32_t slot);
/*
 * The table may have been made anew, or the sessions are known for the first time: all of it is
 * written again. Does nothing before the sessions are known.
 */
void stays_refill(struct stays *stays);
void stays_sessions_known(struct stays *stays);
/* Looks who has dialed anew; called regularly while a worker drains. */
void stays_look(struct stays *stays);

#endif
