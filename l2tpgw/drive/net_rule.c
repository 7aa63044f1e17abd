/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/net_rule.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include "drive/netlink.h"

static uint32_t table_of(const struct fib_rule_hdr *rule, struct nlattr *const *attr)
{
	return rule->action == FR_ACT_TO_TBL ? netlink_u32(attr[FRA_TABLE], rule->table) : 0;
}

/* FR_ACT_GOTO and FR_ACT_NOP lead to other rules, which are listed themselves. */
static bool leads_elsewhere(const struct fib_rule_hdr *rule, uint32_t table)
{
	if (rule->flags & FIB_RULE_INVERT)
		return false;
	if (rule->action == FR_ACT_TO_TBL)
		return table != RT_TABLE_MAIN && table != RT_TABLE_DEFAULT &&
		       table != RT_TABLE_LOCAL;
	return rule->action == FR_ACT_BLACKHOLE || rule->action == FR_ACT_UNREACHABLE ||
	       rule->action == FR_ACT_PROHIBIT;
}

static void take(struct nlmsghdr *nlh, void *user)
{
	const struct fib_rule_hdr *rule = nlmsg_data(nlh);
	struct nlattr *attr[FRA_MAX + 1];
	uint32_t mark, mask, table;

	if (nlh->nlmsg_type != RTM_NEWRULE || rule->family != AF_INET ||
	    nlmsg_parse(nlh, sizeof(*rule), attr, FRA_MAX, NULL) < 0)
		return;
	mark = netlink_u32(attr[FRA_FWMARK], 0);
	mask = netlink_u32(attr[FRA_FWMASK], mark ? UINT32_MAX : 0);
	table = table_of(rule, attr);
	if (!mask || !leads_elsewhere(rule, table))
		return;
	*(struct net_rule *)netlink_list_add(user, sizeof(struct net_rule)) =
	    (struct net_rule){ .mark = mark & mask, .mask = mask, .table = table };
}

int net_rule_list(struct arena *arena, struct net_rule **list, size_t *count, struct err *err)
{
	struct fib_rule_hdr rule = { .family = AF_INET };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(RTM_GETRULE, NLM_F_DUMP, &rule, sizeof(rule));
	struct netlink_list found = { .arena = arena };

	if (netlink_collect(NETLINK_ROUTE, msg, take, &found, "list of routing rules", err) < 0)
		return -1;
	*list = found.items;
	*count = found.count;
	return 0;
}
