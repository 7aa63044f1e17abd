/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_WORKERS_H
#define L2TPGW_DAEMON_WORKERS_H

/*
 * The set of xl2tpd workers and its generations. xl2tpd has no reload: a change of its
 * configuration starts other workers, new clients are led to these, and the old ones drain. In
 * order:
 *
 *   workers_running()   what the next plan is made for
 *   workers_prepare()   its new workers start; until workers_progress() says that they answer
 *   workers_hold()      sessions stay where they are, whatever comes; then the ruleset changes
 *   workers_commit()    the plan is in force: what it does not let serve drains
 *   workers_abandon()   instead, if it is not to be: what was started ends
 *
 * A worker that drains ends when its last client has left it, or when l2tp.drain is over; then
 * transaction_follow() is called.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/gateway.h"

struct workers *workers_new(struct gateway *gateway);
/* Leaves the processes alone. */
void workers_free(struct workers *workers);
/* Takes hold of those that an earlier l2tpgwd left; before the first plan is made. */
void workers_adopt(struct workers *workers);
/*
 * Sessions were taken over from an earlier l2tpgwd: those on workers that died meanwhile are ended.
 */
void workers_sessions_restored(struct workers *workers);

/* The list and what it points to live in the arena. */
void workers_running(const struct workers *workers, struct arena *arena, struct plan_running **list,
		     size_t *count);
/* The files and addresses of `plan` are there: starts what it needs and does not run. */
void workers_prepare(struct workers *workers, const struct plan *plan);
/* Of those that were started: 1 = all answer, 0 = not yet, -1 = one failed. */
int workers_progress(const struct workers *workers, struct err *err);
/* Before the ruleset of `plan`. */
void workers_hold(struct workers *workers, const struct plan *plan);
/* gateway->plan is in force. What it lets serve and does not run is started. */
void workers_commit(struct workers *workers);
/* gateway->plan stays in force. Those that clients may have been led to already drain. */
void workers_abandon(struct workers *workers);
/* Called regularly: ends what has drained. */
void workers_tick(struct workers *workers);

/* transaction_follow() will be called: one has drained and is gone. */
bool workers_will_follow(const struct workers *workers);

/* Files of theirs may have been removed by somebody. */
void workers_put_back(struct workers *workers);

/* All that serve do. */
bool workers_ready(const struct workers *workers);
/* The number of the worker with that pid; 0 = none. */
unsigned workers_by_pid(const struct workers *workers, pid_t pid);
/*
 * Closes a tunnel by its local id; the peer gets StopCCN. session_tunnel_closed() is told of the
 * slot when xl2tpd has answered, and at once if it cannot be asked.
 */
void workers_close_tunnel(struct workers *workers, unsigned number, uint32_t tunnel, uint32_t slot);
/* An array of entries for `status`. */
json_t *workers_status(const struct workers *workers);
/*
 * Appends a text for each worker of an earlier configuration that still has clients, and one if
 * workers should be started anew.
 */
void workers_warnings(const struct workers *workers, json_t *list);

#endif
