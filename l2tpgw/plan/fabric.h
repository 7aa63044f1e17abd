/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_PLAN_FABRIC_H
#define L2TPGW_PLAN_FABRIC_H

/*
 * The fabric's part of the plan: the nftables table, and what stands behind it on the host should
 * somebody flush it (sysctls, addresses, routes, XFRM policies). Its numbers: base/fabric.h.
 */
#include "plan/plan.h"

/* Sets ruleset and digest. The plan's workers must be there already. */
int fabric_plan_ruleset(struct plan *plan, const struct policy *policy, struct err *err);
/* Sysctls, addresses, routes and XFRM policies; of the plan's workers too. */
void fabric_plan_host(struct plan *plan);

#endif
