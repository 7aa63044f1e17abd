/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_PLAN_ACL_H
#define L2TPGW_PLAN_ACL_H

/*
 * Where the clients of each group may go, as chains of the ruleset: ACL_TO_CHAIN with the group's
 * name judges connections that its clients begin, ACL_FROM_CHAIN those that others begin to them.
 * The maps ACL_TO and ACL_FROM lead to them from a client's address.
 */
#include "plan/plan.h"

#define ACL_TO         "acl_to"
#define ACL_FROM       "acl_from"
#define ACL_TO_CHAIN   "to_"
#define ACL_FROM_CHAIN "from_"

/* The chains of all groups, as text of the template; lives in the plan. */
const char *acl_chains(struct plan *plan, const struct policy *policy);

#endif
