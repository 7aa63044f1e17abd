/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_LOAD_H
#define L2TPGW_CLI_LOAD_H

/* Loading a policy for a verb. */
#include "apply/policy_file.h"

/*
 * 0; -1 with *err; or, if the policy is invalid, ERR_POLICY, after every diagnosis went to standard
 * error: there may be more of them than an error text holds.
 */
int load_policy(struct policy_file *file, struct err *err);
/* The same, and the warnings about a valid one go to standard error too. */
int load_shown(struct policy_file *file, struct err *err);

#endif
