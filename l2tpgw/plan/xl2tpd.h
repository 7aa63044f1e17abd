/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_PLAN_XL2TPD_H
#define L2TPGW_PLAN_XL2TPD_H

/* The xl2tpd workers: how many, which serve and which drain, and the configuration of each. */
#include "plan/plan.h"

/*
 * Sessions of one worker. xl2tpd waits with select() and needs two descriptors a tunnel: at the
 * 511th it is gone, with everybody on it.
 */
#define XL2TPD_SESSIONS 400

/* 1 to FABRIC_WORKERS_MAX for any valid policy. */
unsigned xl2tpd_workers(const struct policy *policy);
/* Adds the workers, the files of those that serve, and which serves which shard. */
int xl2tpd_plan(struct plan *plan, const struct policy *policy, const struct plan_paths *paths,
		const struct plan_running *running, size_t running_count, struct err *err);

#endif
