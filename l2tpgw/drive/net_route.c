/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/net_route.h"

#include <errno.h>
#include <string.h>
#include <linux/rtnetlink.h>

#include "drive/net_address.h"

static int route_change(int type, int flags, uint8_t scope, struct ip4_net net, int same,
			struct err *err)
{
	struct rtmsg rtm = { .rtm_family = AF_INET,
			     .rtm_dst_len = net.bits,
			     .rtm_table = RT_TABLE_MAIN,
			     .rtm_protocol = RTPROT_STATIC,
			     .rtm_scope = scope,
			     .rtm_type = RTN_UNICAST };
	cleanup_nl_msg struct nl_msg *msg = netlink_request(type, flags, &rtm, sizeof(rtm));
	char text[IP4_TEXT_MAX];
	int rc;

	netlink_put_ip4(msg, RTA_DST, net.address);
	netlink_put_u32(msg, RTA_OIF, NET_LO);
	rc = netlink_change(NETLINK_ROUTE, msg, same, "route to lo", err);
	return rc < 0 ? err_wrap(err, "%s", ip4_net_text(net, text)) : rc;
}

/* The kernel calls any route to the same network "existing", wherever it leads. */
static int route_check_ours(struct ip4_net net, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct net_route *list;
	char text[IP4_TEXT_MAX];
	size_t count;

	if (net_route_list(arena, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (list[i].net.address == net.address && list[i].net.bits == net.bits &&
		    list[i].ifindex == NET_LO)
			return NET_SAME;
	}
	return err_set(err, ERR_FAILED, "%s is already routed, and not to lo",
		       ip4_net_text(net, text));
}

int net_route_add(struct ip4_net net, struct err *err)
{
	int rc =
	    route_change(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, RT_SCOPE_LINK, net, EEXIST, err);

	return rc == NET_SAME ? route_check_ours(net, err) : rc;
}

int net_route_delete(struct ip4_net net, struct err *err)
{
	return route_change(RTM_DELROUTE, 0, RT_SCOPE_NOWHERE, net, ESRCH, err);
}

/* Of several next hops the first one stands for all. */
static void route_take_hops(const struct nlattr *hops, struct net_route *out)
{
	struct rtnexthop hop;
	struct nlattr *attr[RTA_MAX + 1];
	int room = nla_len(hops) - (int)sizeof(hop);

	if (room < 0)
		return;
	memcpy(&hop, nla_data(hops), sizeof(hop));
	if (hop.rtnh_len < sizeof(hop) || hop.rtnh_len > nla_len(hops))
		return;
	out->ifindex = hop.rtnh_ifindex;
	if (nla_parse(attr, RTA_MAX, (struct nlattr *)((char *)nla_data(hops) + sizeof(hop)),
		      (int)(hop.rtnh_len - sizeof(hop)), NULL) == 0)
		out->gateway = netlink_ip4(attr[RTA_GATEWAY]);
}

static void route_take(struct nlmsghdr *nlh, void *user)
{
	const struct rtmsg *rtm = nlmsg_data(nlh);
	struct netlink_list *list = user;
	const uint8_t *max_bits = list->filter;
	struct nlattr *attr[RTA_MAX + 1];
	struct net_route *out;

	if (nlh->nlmsg_type != RTM_NEWROUTE || rtm->rtm_family != AF_INET ||
	    rtm->rtm_type != RTN_UNICAST || rtm->rtm_dst_len > *max_bits ||
	    nlmsg_parse(nlh, sizeof(*rtm), attr, RTA_MAX, NULL) < 0 ||
	    netlink_u32(attr[RTA_TABLE], rtm->rtm_table) != RT_TABLE_MAIN)
		return;
	out = netlink_list_add(list, sizeof(*out));
	*out = (struct net_route){
		.net = { .address = netlink_ip4(attr[RTA_DST]), .bits = rtm->rtm_dst_len },
		.ifindex = (int)netlink_u32(attr[RTA_OIF], 0),
		.gateway = netlink_ip4(attr[RTA_GATEWAY]),
		.source = netlink_ip4(attr[RTA_PREFSRC]),
		.metric = netlink_u32(attr[RTA_PRIORITY], 0),
	};
	if (attr[RTA_MULTIPATH])
		route_take_hops(attr[RTA_MULTIPATH], out);
}

static int route_dump(struct arena *arena, uint8_t max_bits, struct net_route **list, size_t *count,
		      struct err *err)
{
	struct rtmsg rtm = { .rtm_family = AF_INET };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(RTM_GETROUTE, NLM_F_DUMP, &rtm, sizeof(rtm));
	struct netlink_list found = { .arena = arena, .filter = &max_bits };

	if (netlink_collect(NETLINK_ROUTE, msg, route_take, &found, "list of routes", err) < 0)
		return -1;
	*list = found.items;
	*count = found.count;
	return 0;
}

int net_route_list(struct arena *arena, struct net_route **list, size_t *count, struct err *err)
{
	return route_dump(arena, 32, list, count, err);
}

int net_route_default(struct net_route *route, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	const struct net_route *best = NULL;
	struct net_route *list;
	size_t count;

	if (route_dump(arena, 0, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (list[i].ifindex && (!best || list[i].metric < best->metric))
			best = &list[i];
	}
	if (!best)
		return NET_SAME;
	*route = *best;
	return NET_DONE;
}

static void way_take(struct nlmsghdr *nlh, void *user)
{
	const struct rtmsg *rtm = nlmsg_data(nlh);
	struct nlattr *attr[RTA_MAX + 1];

	if (nlh->nlmsg_type != RTM_NEWROUTE || rtm->rtm_family != AF_INET ||
	    rtm->rtm_type != RTN_UNICAST || nlmsg_parse(nlh, sizeof(*rtm), attr, RTA_MAX, NULL) < 0)
		return;
	*(struct net_way *)netlink_list_add(user, sizeof(struct net_way)) = (struct net_way){
		.ifindex = (int)netlink_u32(attr[RTA_OIF], 0),
		.table = netlink_u32(attr[RTA_TABLE], rtm->rtm_table),
	};
}

int net_route_way(uint32_t from, uint32_t to, struct net_way *way, struct err *err)
{
	/* Without the flag every table is called main. */
	struct rtmsg rtm = { .rtm_family = AF_INET,
			     .rtm_src_len = 32,
			     .rtm_dst_len = 32,
			     .rtm_flags = RTM_F_LOOKUP_TABLE };
	cleanup_nl_msg struct nl_msg *msg = netlink_request(RTM_GETROUTE, 0, &rtm, sizeof(rtm));
	cleanup_arena struct arena *arena = arena_new();
	struct netlink_list found = { .arena = arena };

	netlink_put_ip4(msg, RTA_SRC, from);
	netlink_put_ip4(msg, RTA_DST, to);
	/* That there is no way is an error to the kernel, which has several for it. */
	if (netlink_collect(NETLINK_ROUTE, msg, way_take, &found, "route", err) < 0)
		return found.errnum ? NET_SAME : -1;
	if (!found.count)
		return NET_SAME;
	*way = *(const struct net_way *)found.items;
	return NET_DONE;
}
