/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/net_link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

static void link_take_stats(const struct nlattr *attr, struct net_link *out)
{
	struct rtnl_link_stats64 stats = { 0 };
	size_t len = (size_t)nla_len(attr);

	/* Newer kernels append counters. */
	memcpy(&stats, nla_data(attr), len < sizeof(stats) ? len : sizeof(stats));
	out->rx_bytes = stats.rx_bytes;
	out->tx_bytes = stats.tx_bytes;
	out->rx_packets = stats.rx_packets;
	out->tx_packets = stats.tx_packets;
}

static void link_take(struct nlmsghdr *nlh, void *user)
{
	const struct ifinfomsg *ifi = nlmsg_data(nlh);
	struct netlink_list *list = user;
	const char *prefix = list->filter, *name;
	struct nlattr *attr[IFLA_MAX + 1];
	struct net_link *out;

	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse(nlh, sizeof(*ifi), attr, IFLA_MAX, NULL) < 0 || !attr[IFLA_IFNAME])
		return;
	name = nla_data(attr[IFLA_IFNAME]);
	if (strnlen(name, (size_t)nla_len(attr[IFLA_IFNAME])) >= sizeof(out->name) ||
	    strncmp(name, prefix, strlen(prefix)) != 0)
		return;
	out = netlink_list_add(list, sizeof(*out));
	*out = (struct net_link){ .ifindex = ifi->ifi_index, .flags = ifi->ifi_flags };
	(void)snprintf(out->name, sizeof(out->name), "%.*s", nla_len(attr[IFLA_IFNAME]), name);
	out->mtu = netlink_u32(attr[IFLA_MTU], 0);
	if (attr[IFLA_OPERSTATE] && nla_len(attr[IFLA_OPERSTATE]) >= 1)
		out->operstate = nla_get_u8(attr[IFLA_OPERSTATE]);
	if (attr[IFLA_STATS64])
		link_take_stats(attr[IFLA_STATS64], out);
}

static int link_get(struct nl_msg *msg, struct net_link *link, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct netlink_list found = { .arena = arena, .filter = "" };
	int rc = netlink_collect(NETLINK_ROUTE, msg, link_take, &found, "interface", err);

	if (rc < 0 && found.errnum == ENODEV)
		return NET_SAME;
	if (rc < 0)
		return -1;
	if (!found.count)
		return err_set(err, ERR_FAILED, "interface: the kernel sent none");
	*link = *(const struct net_link *)found.items;
	return NET_DONE;
}

int net_link_get(const char *name, struct net_link *link, struct err *err)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	cleanup_nl_msg struct nl_msg *msg = netlink_request(RTM_GETLINK, 0, &ifi, sizeof(ifi));
	size_t len = strlen(name);

	if (!len || len >= IFNAMSIZ)
		return NET_SAME;
	netlink_put(msg, IFLA_IFNAME, name, len + 1);
	return link_get(msg, link, err);
}

int net_link_get_index(int ifindex, struct net_link *link, struct err *err)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };
	cleanup_nl_msg struct nl_msg *msg = netlink_request(RTM_GETLINK, 0, &ifi, sizeof(ifi));

	if (ifindex <= 0)
		return NET_SAME;
	return link_get(msg, link, err);
}

int net_link_list(struct arena *arena, const char *prefix, struct net_link **list, size_t *count,
		  struct err *err)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(RTM_GETLINK, NLM_F_DUMP, &ifi, sizeof(ifi));
	struct netlink_list found = { .arena = arena, .filter = prefix };

	if (netlink_collect(NETLINK_ROUTE, msg, link_take, &found, "list of interfaces", err) < 0)
		return -1;
	*list = found.items;
	*count = found.count;
	return 0;
}
