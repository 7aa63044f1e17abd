/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_PRINT_CHANGE_H
#define L2TPGW_CLI_PRINT_CHANGE_H

/* Changes as lines for people, on standard output. */
#include "apply/change.h"

/* "~ policy ipsec.dpd   new sessions   1m -> 30s"; with its result in front if it has one. */
void print_change(const struct change *change);
void print_changes(const struct changes *changes);

#endif
