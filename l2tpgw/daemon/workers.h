/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_WORKERS_H
#define L2TPGW_DAEMON_WORKERS_H

/*
 * The xl2tpd workers: started, asked regularly whether they are alive, started again. One that is
 * stopped or does not answer is dead; its clients are told by way of the session table.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/gateway.h"

struct workers *workers_new(struct gateway *gateway);
/* Leaves the processes alone. */
void workers_free(struct workers *workers);
/* Adopts or starts every worker of the plan. */
void workers_start(struct workers *workers);
/*
 * Sessions were taken over from an earlier l2tpgwd: those on workers that died meanwhile are ended.
 */
void workers_sessions_restored(struct workers *workers);
bool workers_ready(const struct workers *workers);
/* The number of the worker with that pid; 0 = none. */
unsigned workers_by_pid(const struct workers *workers, pid_t pid);
/* Which worker a new SA is dispatched to, as the ruleset has it. */
void workers_shards(const struct workers *workers, uint8_t worker_of[FABRIC_SHARDS]);
/*
 * Closes a tunnel by its local id; the peer gets StopCCN. session_tunnel_closed() is told of the
 * slot when xl2tpd has answered, and at once if it cannot be asked.
 */
void workers_close_tunnel(struct workers *workers, unsigned number, uint32_t tunnel, uint32_t slot);
/* An array of entries for `status`. */
json_t *workers_status(const struct workers *workers);

#endif
