/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_PLAN_NETS_H
#define L2TPGW_PLAN_NETS_H

/* Elements of nftables' sets as text. */
#include "base/buf.h"
#include "policy/policy.h"

/* What stands before the nth element, from 0. */
void nets_separator(struct buf *out, size_t n);
/*
 * In the order of addresses; NULL if there are none. nft refuses overlapping intervals: one net
 * inside another is left out.
 */
const char *nets_text(struct arena *arena, const struct policy_nets *nets);

#endif
