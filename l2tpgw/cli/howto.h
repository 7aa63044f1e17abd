/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_HOWTO_H
#define L2TPGW_CLI_HOWTO_H

/* How a human connects to this gateway from each operating system. */
#include <stdbool.h>

#include "policy/policy.h"

/*
 * Prints the steps to standard output. Secrets are shown only if `secrets` is true: when they were
 * generated this very moment and standard output is a terminal or the administrator asked for it.
 */
void howto_print(const struct policy *policy, const char *server, const char *policy_path,
		 bool secrets);

#endif
