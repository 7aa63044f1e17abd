/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_NETNS_ROUTE_H
#define L2TPGW_TESTS_NETNS_ROUTE_H

/* Routes and routing rules in the test's network namespace, as ip(8) makes them. */
#include <linux/fib_rules.h>

#include "drive/netns.h"

struct netns_rule {
	uint32_t mark, table, from, pref;
	bool invert;   /* "not" */
	bool suppress; /* "suppress_prefixlength 0" */
};

static inline void netns_change_rule(int type, const struct netns_rule *rule)
{
	struct fib_rule_hdr header = { .family = AF_INET,
				       .src_len = rule->from ? 32 : 0,
				       .action = FR_ACT_TO_TBL,
				       .flags = rule->invert ? FIB_RULE_INVERT : 0 };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(type, type == RTM_NEWRULE ? NLM_F_CREATE : 0, &header, sizeof(header));
	struct err err;

	netlink_put_u32(msg, FRA_PRIORITY, rule->pref);
	netlink_put_u32(msg, FRA_TABLE, rule->table);
	if (rule->mark)
		netlink_put_u32(msg, FRA_FWMARK, rule->mark);
	if (rule->from)
		netlink_put_ip4(msg, FRA_SRC, rule->from);
	if (rule->suppress)
		netlink_put_u32(msg, FRA_SUPPRESS_PREFIXLEN, 0);
	assert_int_equal(netlink_change(NETLINK_ROUTE, msg, -1, "rule", &err), 0);
}

static inline void netns_add_rule(const struct netns_rule *rule)
{
	netns_change_rule(RTM_NEWRULE, rule);
}

static inline void netns_delete_rule(const struct netns_rule *rule)
{
	netns_change_rule(RTM_DELRULE, rule);
}

static inline void netns_change_route(int type, uint32_t table, struct ip4_net net,
				      const char *ifname, uint32_t gateway)
{
	struct rtmsg rtm = { .rtm_family = AF_INET,
			     .rtm_dst_len = net.bits,
			     .rtm_protocol = RTPROT_STATIC,
			     .rtm_scope = gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
			     .rtm_type = RTN_UNICAST };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(type, type == RTM_NEWROUTE ? NLM_F_CREATE : 0, &rtm, sizeof(rtm));
	struct err err;

	netlink_put_u32(msg, RTA_TABLE, table);
	netlink_put_u32(msg, RTA_OIF, if_nametoindex(ifname));
	if (net.bits)
		netlink_put_ip4(msg, RTA_DST, net.address);
	if (gateway)
		netlink_put_ip4(msg, RTA_GATEWAY, gateway);
	assert_int_equal(netlink_change(NETLINK_ROUTE, msg, -1, "route", &err), 0);
}

/* They leave with their interface. */
static inline void netns_add_route(uint32_t table, uint32_t address, uint8_t bits,
				   const char *ifname, uint32_t gateway)
{
	netns_change_route(RTM_NEWROUTE, table, (struct ip4_net){ address, bits }, ifname, gateway);
}

static inline void netns_delete_route(uint32_t table, uint32_t address, uint8_t bits,
				      const char *ifname)
{
	netns_change_route(RTM_DELROUTE, table, (struct ip4_net){ address, bits }, ifname, 0);
}

#endif
