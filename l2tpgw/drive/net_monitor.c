/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/net_monitor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <linux/xfrm.h>

#include "base/cleanup.h"
#include "base/fabric.h"
#include "drive/netlink.h"

#define RECEIVE_MAX 65536
/* An apply of ours makes thousands of events at once. */
#define QUEUE_BYTES (4 << 20)

static int monitor_open(int protocol, const unsigned *groups, size_t count, struct err *err)
{
	cleanup_fd int fd = netlink_open(protocol, groups, count, err);
	int bytes = QUEUE_BYTES;

	if (fd < 0)
		return -1;
	/* Without the privilege the queue is shorter, and overruns are reported sooner. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return err_errno(err, errno, "netlink socket");
	return steal_fd(&fd);
}

int net_monitor_open(struct err *err)
{
	static const unsigned groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE,
					   RTNLGRP_IPV4_RULE };

	return monitor_open(NETLINK_ROUTE, groups, array_size(groups), err);
}

int net_monitor_open_nft(struct err *err)
{
	static const unsigned groups[] = { NFNLGRP_NFTABLES };

	return monitor_open(NETLINK_NETFILTER, groups, array_size(groups), err);
}

int net_monitor_open_xfrm(struct err *err)
{
	static const unsigned groups[] = { XFRMNLGRP_POLICY };

	return monitor_open(NETLINK_XFRM, groups, array_size(groups), err);
}

static int route_flags(int type)
{
	switch (type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return NET_MONITOR_LINK;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return NET_MONITOR_ADDRESS;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
	case RTM_NEWRULE:
	case RTM_DELRULE:
		return NET_MONITOR_ROUTE;
	default:
		return 0;
	}
}

static bool is_own_transaction(struct nlmsghdr *nlh)
{
	struct nlattr *attr[NFTA_GEN_MAX + 1];

	if (nlmsg_parse(nlh, sizeof(struct nfgenmsg), attr, NFTA_GEN_MAX, NULL) < 0)
		return false;
	return ntohl(netlink_u32(attr[NFTA_GEN_PROC_PID], 0)) == (uint32_t)getpid();
}

static int table_flags(struct nlmsghdr *nlh, int message)
{
	const struct nfgenmsg *nfg = nlmsg_data(nlh);
	/* Whatever the object is, its table's name is attribute 1. */
	struct nlattr *attr[NFTA_TABLE_NAME + 1];

	_Static_assert(NFTA_CHAIN_TABLE == 1 && NFTA_RULE_TABLE == 1 && NFTA_SET_TABLE == 1 &&
			   NFTA_SET_ELEM_LIST_TABLE == 1 && NFTA_TABLE_NAME == 1,
		       "attribute 1");
	if (nlmsg_parse(nlh, sizeof(*nfg), attr, NFTA_TABLE_NAME, NULL) < 0 ||
	    nfg->nfgen_family != NFPROTO_INET || !attr[NFTA_TABLE_NAME] ||
	    nla_strcmp(attr[NFTA_TABLE_NAME], FABRIC_TABLE) != 0)
		return 0;
	return NET_MONITOR_TABLE | (message == NFT_MSG_DELTABLE ? NET_MONITOR_TABLE_GONE : 0);
}

/* The events of a transaction come first, and at its end who made it: ours do not count. */
struct seen {
	int settled; /* flags of finished transactions, and of everything but nftables */
	int pending; /* flags of the one that is still coming in */
};

static void see_nft(struct seen *seen, struct nlmsghdr *nlh)
{
	int message = NFNL_MSG_TYPE(nlh->nlmsg_type);

	if (NFNL_SUBSYS_ID(nlh->nlmsg_type) != NFNL_SUBSYS_NFTABLES)
		return;
	if (message != NFT_MSG_NEWGEN) {
		seen->pending |= table_flags(nlh, message);
		return;
	}
	if (!is_own_transaction(nlh))
		seen->settled |= seen->pending;
	seen->pending = 0;
}

/* The fixed header in front of the attributes; 0 = of no interest. */
static size_t xfrm_header(int type)
{
	switch (type) {
	case XFRM_MSG_NEWPOLICY:
	case XFRM_MSG_UPDPOLICY:
		return sizeof(struct xfrm_userpolicy_info);
	case XFRM_MSG_DELPOLICY:
		return sizeof(struct xfrm_userpolicy_id);
	default:
		return 0;
	}
}

static int xfrm_flags(struct nlmsghdr *nlh)
{
	struct nlattr *attr[XFRMA_MARK + 1];
	size_t header = xfrm_header(nlh->nlmsg_type);
	const struct xfrm_mark *mark;

	if (nlh->nlmsg_type == XFRM_MSG_FLUSHPOLICY)
		return NET_MONITOR_XFRM;
	if (!header || nlmsg_parse(nlh, (int)header, attr, XFRMA_MARK, NULL) < 0)
		return 0;
	mark = attr[XFRMA_MARK] && nla_len(attr[XFRMA_MARK]) >= (int)sizeof(*mark)
		   ? nla_data(attr[XFRMA_MARK])
		   : NULL;
	return mark && mark->m ? 0 : NET_MONITOR_XFRM;
}

static void see_datagram(struct seen *seen, int protocol, struct nlmsghdr *nlh, int left)
{
	for (; nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left)) {
		if (protocol == NETLINK_XFRM)
			seen->settled |= xfrm_flags(nlh);
		else if (protocol == NETLINK_NETFILTER)
			see_nft(seen, nlh);
		else
			seen->settled |= route_flags(nlh->nlmsg_type);
	}
}

static int protocol_of(int fd)
{
	int protocol = -1;
	socklen_t len = sizeof(protocol);

	(void)getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len);
	return protocol;
}

int net_monitor_drain(int fd, struct err *err)
{
	static _Alignas(struct nlmsghdr) char buf[RECEIVE_MAX];
	struct seen seen = { 0 };
	int protocol = protocol_of(fd);

	for (;;) {
		struct sockaddr_nl from = { 0 };
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len);

		if (n < 0 && errno == ENOBUFS)
			seen.settled |= NET_MONITOR_OVERRUN;
		else if (n < 0 && errno == EAGAIN)
			return seen.settled | seen.pending;
		else if (n < 0 && errno != EINTR)
			return err_errno(err, errno, "netlink events");
		else if (n > 0 && from.nl_pid == 0)
			see_datagram(&seen, protocol, (struct nlmsghdr *)buf, (int)n);
	}
}
