/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_SHAPER_H
#define L2TPGW_DAEMON_SHAPER_H

/*
 * The rates of sessions (drive/traffic_control.h). What shapes the way to the client is part of
 * the session's interface and ends with it; what shapes the way back is an interface of its own,
 * "l2tpup<slot>", which has to go when the session does, whoever notices.
 */
#include "base/err.h"
#include "session/session.h"

/*
 * Gives a session its rates, or takes them away (0, 0). False if it does not have them now; what
 * fails is told in the log.
 */
bool shaper_set(uint32_t slot, const char *ifname, const struct policy_rate *rate);
/* To be called now and then: removes what shaper_set() left. */
void shaper_tick(void);
/* Removes what is left of sessions that are gone. */
void shaper_sweep(const struct session_table *sessions);
/* Removes all there are. */
int shaper_remove_all(struct err *err);

#endif
