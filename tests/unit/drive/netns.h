/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_NETNS_H
#define L2TPGW_TESTS_NETNS_H

/* A network namespace of the test's own. Without the privilege to make one its tests are skipped.
 */
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "drive/netlink.h"

static bool netns_ready;

static inline void netns_up(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

/* A group setup. Its result would count as an error, so each test asks netns_needed(). */
static inline int netns_enter(void **state)
{
	(void)state;
	netns_ready = unshare(CLONE_NEWNET) == 0;
	if (netns_ready)
		netns_up("lo");
	return 0;
}

static inline void netns_needed(void)
{
	if (!netns_ready)
		skip();
}

static inline int netns_link_request(int type, int flags, const char *name, const char *kind)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	cleanup_nl_msg struct nl_msg *msg = netlink_request(type, flags, &ifi, sizeof(ifi));
	struct nlattr *info;
	struct err err = { 0 };

	netlink_put(msg, IFLA_IFNAME, name, strlen(name) + 1);
	if (kind) {
		info = nla_nest_start(msg, IFLA_LINKINFO);
		netlink_put(msg, IFLA_INFO_KIND, kind, strlen(kind) + 1);
		nla_nest_end(msg, info);
	}
	return netlink_change(NETLINK_ROUTE, msg, -1, name, &err);
}

/* A link that leads nowhere; skips the test if this kernel has none. */
static inline void netns_add_link(const char *name)
{
	if (netns_link_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, name, "dummy") < 0 &&
	    netns_link_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, name, "bridge") < 0)
		skip();
	netns_up(name);
}

static inline void netns_delete_link(const char *name)
{
	assert_int_equal(netns_link_request(RTM_DELLINK, 0, name, NULL), 0);
}

static inline void netns_add_address(const char *name, uint32_t address, uint8_t bits)
{
	struct ifaddrmsg ifa = { .ifa_family = AF_INET,
				 .ifa_prefixlen = bits,
				 .ifa_index = if_nametoindex(name) };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(RTM_NEWADDR, NLM_F_CREATE, &ifa, sizeof(ifa));
	struct err err;

	netlink_put_ip4(msg, IFA_LOCAL, address);
	netlink_put_ip4(msg, IFA_ADDRESS, address);
	assert_int_equal(netlink_change(NETLINK_ROUTE, msg, -1, name, &err), 0);
}

#define assert_ok(call)                                           \
	do {                                                      \
		int rc_ = (call);                                 \
		if (rc_ < 0)                                      \
			print_error("%s: %s\n", #call, err.text); \
		assert_true(rc_ >= 0);                            \
	} while (0)

#endif
