/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/net_address.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

/*
 * Scope host: bound sockets use the address, but the kernel never picks it as the source of
 * traffic through an interface that has none of its own (inet_select_addr).
 */
static int address_change(int type, int flags, uint32_t address, int same, struct err *err)
{
	struct ifaddrmsg ifa = { .ifa_family = AF_INET,
				 .ifa_prefixlen = 32,
				 .ifa_scope = RT_SCOPE_HOST,
				 .ifa_index = NET_LO };
	cleanup_nl_msg struct nl_msg *msg = netlink_request(type, flags, &ifa, sizeof(ifa));
	char text[IP4_TEXT_MAX];
	int rc;

	netlink_put_ip4(msg, IFA_LOCAL, address);
	netlink_put_ip4(msg, IFA_ADDRESS, address);
	rc = netlink_change(NETLINK_ROUTE, msg, same, "address on lo", err);
	return rc < 0 ? err_wrap(err, "%s", ip4_text(address, text)) : rc;
}

int net_address_add(uint32_t address, struct err *err)
{
	return address_change(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address, EEXIST, err);
}

int net_address_delete(uint32_t address, struct err *err)
{
	return address_change(RTM_DELADDR, 0, address, EADDRNOTAVAIL, err);
}

static void address_take(struct nlmsghdr *nlh, void *user)
{
	const struct ifaddrmsg *ifa = nlmsg_data(nlh);
	struct nlattr *attr[IFA_MAX + 1];
	struct net_address *out;
	uint32_t far;

	if (nlh->nlmsg_type != RTM_NEWADDR || ifa->ifa_family != AF_INET ||
	    ifa->ifa_prefixlen > 32 || nlmsg_parse(nlh, sizeof(*ifa), attr, IFA_MAX, NULL) < 0)
		return;
	far = netlink_ip4(attr[IFA_ADDRESS]);
	out = netlink_list_add(user, sizeof(*out));
	out->ifindex = (int)ifa->ifa_index;
	out->address = attr[IFA_LOCAL] ? netlink_ip4(attr[IFA_LOCAL]) : far;
	out->net.bits = ifa->ifa_prefixlen;
	out->net.address = far & ip4_mask(ifa->ifa_prefixlen);
	out->global = ifa->ifa_scope == RT_SCOPE_UNIVERSE;
	out->secondary = (netlink_u32(attr[IFA_FLAGS], ifa->ifa_flags) & IFA_F_SECONDARY) != 0;
}

int net_address_list(struct arena *arena, struct net_address **list, size_t *count, struct err *err)
{
	struct ifaddrmsg ifa = { .ifa_family = AF_INET };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(RTM_GETADDR, NLM_F_DUMP, &ifa, sizeof(ifa));
	struct netlink_list found = { .arena = arena };

	if (netlink_collect(NETLINK_ROUTE, msg, address_take, &found, "list of addresses", err) < 0)
		return -1;
	*list = found.items;
	*count = found.count;
	return 0;
}
