/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/traffic_control.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>

#include "drive/modules.h"
#include "drive/net_link.h"
#include "drive/netlink.h"

#define SHAPER_HANDLE  0x10000u    /* 1: */
#define INGRESS_HANDLE 0xffff0000u /* the only one it can have */
#define FILTER_HANDLE  0x80000800u /* the first of the first table: u32 numbers them so */
#define FILTER_PRIO    1u

/* Groups of links (ip-link(8), "group"): numbers that nobody else has. */
#define GROUP_USED     0x6c327570u
#define GROUP_RELEASED 0x6c327571u

/*
 * The bucket lets pass at once what a process that wakes up late has to make up for; the queue
 * holds what TCP needs to keep going when it slows down, and not so much that others wait for long.
 */
#define BURST_MS  50u
#define BURST_MIN 4096u /* more than a packet */
#define QUEUE_MS  100u
#define QUEUE_MIN 16384u

static uint32_t bytes_in(uint64_t rate, uint64_t ms, uint32_t least)
{
	uint64_t bytes = rate / 8 * ms / 1000;

	return bytes < least ? least : bytes > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)bytes;
}

static struct nl_msg *request(int type, int flags, const struct tcmsg *tcm, const char *kind)
{
	struct nl_msg *msg = netlink_request(type, flags, tcm, sizeof(*tcm));

	netlink_put(msg, TCA_KIND, kind, strlen(kind) + 1);
	return msg;
}

static int find(const char *ifname, int *ifindex, struct err *err)
{
	struct net_link link;
	int rc = net_link_get(ifname, &link, err);

	if (rc < 0)
		return -1;
	if (rc == NET_SAME)
		return err_set(err, ERR_FAILED, "there is no interface %s", ifname);
	*ifindex = link.ifindex;
	return 0;
}

static int qdisc_delete(int ifindex, uint32_t parent, const char *what, struct err *err)
{
	struct tcmsg tcm = { .tcm_ifindex = ifindex, .tcm_parent = parent };
	cleanup_nl_msg struct nl_msg *msg = netlink_request(RTM_DELQDISC, 0, &tcm, sizeof(tcm));

	return netlink_change(NETLINK_ROUTE, msg, ENOENT, what, err);
}

/* A token bucket (sch_tbf) as what the interface sends by. */
static int shape(int ifindex, uint64_t rate, struct err *err)
{
	struct tcmsg tcm = { .tcm_ifindex = ifindex,
			     .tcm_parent = TC_H_ROOT,
			     .tcm_handle = SHAPER_HANDLE };
	cleanup_nl_msg struct nl_msg *msg =
	    request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, &tcm, "tbf");
	struct tc_tbf_qopt shaper = { .rate.linklayer = TC_LINKLAYER_ETHERNET };
	uint64_t bytes = rate / 8;
	uint32_t burst = bytes_in(rate, BURST_MS, BURST_MIN);
	struct nlattr *options = nla_nest_start(msg, TCA_OPTIONS);

	shaper.rate.rate = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
	shaper.limit = burst + bytes_in(rate, QUEUE_MS, QUEUE_MIN);
	netlink_put(msg, TCA_TBF_PARMS, &shaper, sizeof(shaper));
	netlink_put(msg, TCA_TBF_RATE64, &bytes, sizeof(bytes));
	netlink_put_u32(msg, TCA_TBF_BURST, burst);
	nla_nest_end(msg, options);
	return netlink_change(NETLINK_ROUTE, msg, -1, "token bucket (module sch_tbf)", err);
}

int traffic_control_egress(const char *ifname, uint64_t rate, struct err *err)
{
	int ifindex = 0, rc;

	if (find(ifname, &ifindex, err) < 0)
		return -1;
	rc = rate ? shape(ifindex, rate, err)
		  : qdisc_delete(ifindex, TC_H_ROOT, "token bucket", err);
	return rc < 0 ? err_wrap(err, "%s", ifname) : 0;
}

/* ---- what enters ---- */

/* Loaded by the kernel itself, it would bring two interfaces that nobody asked for. */
static void module_for_intermediate(void)
{
	static bool done;
	enum module_state state;
	struct err ignored;

	if (done)
		return;
	done = true;
	state = module_state("ifb");
	if (state == MODULE_LOADABLE || state == MODULE_BLACKLISTED)
		(void)module_load_with("ifb", "numifbs=0", &ignored);
}

static struct nl_msg *link_request(int type, int flags, unsigned state, const char *name,
				   uint32_t group)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC, .ifi_flags = state, .ifi_change = state };
	struct nl_msg *msg = netlink_request(type, flags, &ifi, sizeof(ifi));

	if (name)
		netlink_put(msg, IFLA_IFNAME, name, strlen(name) + 1);
	netlink_put_u32(msg, IFLA_GROUP, group);
	return msg;
}

/* One that is there already, maybe released, is taken. */
static int intermediate_make(const char *name, struct err *err)
{
	cleanup_nl_msg struct nl_msg *msg =
	    link_request(RTM_NEWLINK, NLM_F_CREATE, IFF_UP, name, GROUP_USED);
	struct nlattr *info;

	module_for_intermediate();
	info = nla_nest_start(msg, IFLA_LINKINFO);
	netlink_put(msg, IFLA_INFO_KIND, "ifb", sizeof("ifb"));
	nla_nest_end(msg, info);
	return netlink_change(NETLINK_ROUTE, msg, -1, "interface (module ifb)", err);
}

int traffic_control_release(const char *through, struct err *err)
{
	cleanup_nl_msg struct nl_msg *msg =
	    link_request(RTM_SETLINK, 0, 0, through, GROUP_RELEASED);

	if (netlink_change(NETLINK_ROUTE, msg, ENODEV, "interface", err) < 0)
		return err_wrap(err, "%s", through);
	return 0;
}

int traffic_control_sweep(struct err *err)
{
	cleanup_nl_msg struct nl_msg *msg = link_request(RTM_DELLINK, 0, 0, NULL, GROUP_RELEASED);

	return netlink_change(NETLINK_ROUTE, msg, ENODEV, "interfaces of rates", err) < 0 ? -1 : 0;
}

static int ingress_make(int ifindex, struct err *err)
{
	struct tcmsg tcm = { .tcm_ifindex = ifindex,
			     .tcm_parent = TC_H_INGRESS,
			     .tcm_handle = INGRESS_HANDLE };
	cleanup_nl_msg struct nl_msg *msg =
	    request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, &tcm, "ingress");

	return netlink_change(NETLINK_ROUTE, msg, EEXIST, "ingress (module sch_ingress)", err);
}

/* The one action of a filter: "send it out of that interface instead". */
static void put_redirect(struct nl_msg *msg, int ifindex)
{
	const struct tc_mirred redirect = { .action = TC_ACT_STOLEN,
					    .eaction = TCA_EGRESS_REDIR,
					    .ifindex = (uint32_t)ifindex };
	struct nlattr *actions = nla_nest_start(msg, TCA_U32_ACT);
	struct nlattr *first = nla_nest_start(msg, 1);
	struct nlattr *options;

	netlink_put(msg, TCA_ACT_KIND, "mirred", sizeof("mirred"));
	options = nla_nest_start(msg, TCA_ACT_OPTIONS);
	netlink_put(msg, TCA_MIRRED_PARMS, &redirect, sizeof(redirect));
	nla_nest_end(msg, options);
	nla_nest_end(msg, first);
	nla_nest_end(msg, actions);
}

/* Everything is sent through; one that stands there, maybe to an interface that is gone, is
 * replaced. */
static int redirect(int ifindex, int to, struct err *err)
{
	struct tcmsg tcm = { .tcm_ifindex = ifindex,
			     .tcm_parent = INGRESS_HANDLE,
			     .tcm_handle = FILTER_HANDLE,
			     .tcm_info = TC_H_MAKE(FILTER_PRIO << 16, htons(ETH_P_ALL)) };
	cleanup_nl_msg struct nl_msg *msg =
	    request(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_REPLACE, &tcm, "u32");
	/* Without a key to compare anything matches. With one Linux 6.1 and others warn of a memcpy
	 * of their own (FORTIFY_SOURCE, cls_u32). */
	const struct tc_u32_sel any = { .flags = TC_U32_TERMINAL };
	struct nlattr *options = nla_nest_start(msg, TCA_OPTIONS);

	netlink_put(msg, TCA_U32_SEL, &any, sizeof(any));
	put_redirect(msg, to);
	nla_nest_end(msg, options);
	return netlink_change(NETLINK_ROUTE, msg, -1, "redirection (modules cls_u32, act_mirred)",
			      err);
}

static int ingress_begin(int ifindex, const char *through, uint64_t rate, struct err *err)
{
	int to = 0;

	if (intermediate_make(through, err) < 0 || find(through, &to, err) < 0 ||
	    shape(to, rate, err) < 0)
		return err_wrap(err, "%s", through);
	return ingress_make(ifindex, err) < 0 ? -1 : redirect(ifindex, to, err);
}

static int ingress_end(int ifindex, const char *through, struct err *err)
{
	if (qdisc_delete(ifindex, TC_H_INGRESS, "ingress", err) < 0)
		return -1;
	return traffic_control_release(through, err);
}

int traffic_control_ingress(const char *ifname, const char *through, uint64_t rate, struct err *err)
{
	int ifindex = 0, rc;

	if (find(ifname, &ifindex, err) < 0)
		return -1;
	rc = rate ? ingress_begin(ifindex, through, rate, err) : ingress_end(ifindex, through, err);
	return rc < 0 ? err_wrap(err, "%s", ifname) : 0;
}
