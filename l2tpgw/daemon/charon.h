/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_CHARON_H
#define L2TPGW_DAEMON_CHARON_H

/*
 * charon: started, watched and started again if it is ours ("managed"), merely used if it is
 * somebody else's ("external"). Two VICI connections: one for events, one for commands. What charon
 * says of its SAs goes into the session table; what it shall hold comes from the plan.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/gateway.h"

struct link;

struct charon *charon_new(struct gateway *gateway);
/* Leaves the process and everything in it alone. */
void charon_free(struct charon *charon);
/* Adopts the running one or starts one. */
void charon_start(struct charon *charon);
/* The plan changed: gives it what it shall hold now. */
void charon_load(struct charon *charon);
/* Where it takes commands, once it has been asked what it has; NULL while it does not. */
struct link *charon_link(struct charon *charon);
/* It is ours and was started with another configuration than that of this digest. */
bool charon_is_outdated(const struct charon *charon, const char *digest);
/*
 * Lets go of the one that serves and starts another one as the plan wants it, or turns to the one
 * that is not ours; what lives in it ends. UDP 500 is free by then, or will be.
 */
void charon_restart(struct charon *charon);
/* Our connection and secret are loaded, and it answers. */
bool charon_ready(const struct charon *charon);
/* Why it is not ready, as far as we know; never NULL. */
const char *charon_problem_text(const struct charon *charon);
/* Takes a snapshot of its SAs, `delay_ms` from now; one that is pending is enough. */
void charon_resync(struct charon *charon, unsigned delay_ms);
/* Ends a CHILD_SA and an IKE_SA by unique id (0 = leave it), telling the peer. */
void charon_close_sa(struct charon *charon, uint32_t child, uint32_t ike);
/* Its entry in `status`. */
json_t *charon_status(const struct charon *charon);
/* Appends a text if it should be started anew. */
void charon_warnings(const struct charon *charon, json_t *list);

#endif
