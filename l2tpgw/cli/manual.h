/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_MANUAL_H
#define L2TPGW_CLI_MANUAL_H

/* The pages of the manual that follow from tables, in man(7)'s language. */
#include "base/buf.h"

/* l2tpgw(8): verbs, options, exit status. */
void manual_command(struct buf *out);
/* l2tpgw-policy(5): every key of the policy. */
void manual_policy(struct buf *out);

#endif
