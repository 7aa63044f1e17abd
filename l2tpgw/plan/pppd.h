/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_PLAN_PPPD_H
#define L2TPGW_PLAN_PPPD_H

/*
 * The options file that every pppd of every worker reads. Each new session reads it anew, so a
 * change of it holds for new sessions and needs no new worker.
 */
#include "plan/plan.h"

/* Adds it to the plan's files. */
int pppd_plan(struct plan *plan, const struct policy *policy, const struct plan_paths *paths,
	      struct err *err);
const char *pppd_options_path(struct plan *plan, const struct plan_paths *paths);
/* A path where there never is a file. */
const char *pppd_nothing_path(struct plan *plan, const struct plan_paths *paths);

#endif
