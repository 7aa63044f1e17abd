/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_PLAN_CHARON_H
#define L2TPGW_PLAN_CHARON_H

/*
 * strongSwan's part of the plan: the configuration of a charon of our own, and what any charon
 * shall be told over VICI (src/libcharon/plugins/vici/README.md).
 */
#include "plan/plan.h"

/* Adds strongswan.conf to the plan's files; nothing if charon is not ours. */
int charon_plan_config(struct plan *plan, const struct policy *policy,
		       const struct plan_paths *paths, struct err *err);
/* Messages of load-conn and load-shared. */
void charon_plan_objects(struct plan *plan, const struct policy *policy);

#endif
