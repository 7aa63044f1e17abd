/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_INTEGRATION_H
#define L2TPGW_DAEMON_INTEGRATION_H

/*
 * firewall.integrate: openings in other people's firewalls (apply/openings.h). Their tools are slow
 * and may hang, so a helper does it, "l2tpgwd --firewalls", one at a time, and the loop goes on.
 * What cannot be done ends no apply: it is a warning, and tried again.
 */
#include <jansson.h>
#include <stdbool.h>

#include "daemon/gateway.h"

struct integration *integration_new(struct gateway *gateway);
void integration_free(struct integration *integration); /* NULL is fine */
/* Makes it as a policy wants it from now on; NULL = as before, because something has changed. */
void integration_follow(struct integration *integration, const struct policy *policy);
/* Something new is in the way: not followed without end (holdoff.h). */
void integration_drifted(struct integration *integration);
/* It was done for the first time, or tried. */
bool integration_begun(const struct integration *integration);
/* All that was to be done has been tried. */
bool integration_settled(const struct integration *integration);
/* Why the last attempt failed; "" = it did not. */
const char *integration_problem(const struct integration *integration);
/* Called by the ticker: what failed or was left is tried again. */
void integration_tick(struct integration *integration);

/*
 * The helper: `wan` NULL = everything of ours is taken out. Says in the log what it does, and on
 * descriptor INTEGRATION_REPORT_FD, if it is there, why it failed.
 */
#define INTEGRATION_REPORT_FD 3
int integration_run(const struct paths *paths, const char *wan, struct err *err);

#endif
