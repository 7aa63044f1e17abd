/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_NET_RULE_H
#define L2TPGW_DRIVE_NET_RULE_H

/* IPv4 routing rules that choose a table by a packet's mark (ip-rule(8)), in the current netns. */
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

struct net_rule {
	uint32_t mark, mask; /* packets with (their mark & mask) == mark; mask is not 0 */
	uint32_t table;      /* where they are looked up; 0 = nowhere, they are refused */
};

/*
 * Left out are rules that lead where everybody goes, to the tables main, default and local, and
 * those for all marks but one ("not fwmark").
 */
int net_rule_list(struct arena *arena, struct net_rule **list, size_t *count, struct err *err);

/*
 * How many marks in a row are the rule's. The marks of SAs count up by one: a run of up to
 * NET_RULE_RUN_AVOIDABLE is got past by closing SAs one after the other.
 */
static inline uint32_t net_rule_run(const struct net_rule *rule)
{
	return rule->mask & -rule->mask;
}

#define NET_RULE_RUN_AVOIDABLE 16

#endif
