/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "base/cleanup.h"
#include "base/fabric.h"
#include "drive/ability.h"
#include "drive/conntrack.h"
#include "netns.h"

static struct err err;

struct tuple {
	uint32_t src, dst;
	uint16_t sport, dport;
};

static void put_be16(struct nl_msg *msg, int type, uint16_t value)
{
	value = htons(value);
	netlink_put(msg, type, &value, sizeof(value));
}

static void put_tuple(struct nl_msg *msg, int type, const struct tuple *tuple, uint16_t zone)
{
	struct nlattr *outer = nla_nest_start(msg, type | NLA_F_NESTED);
	struct nlattr *inner = nla_nest_start(msg, CTA_TUPLE_IP | NLA_F_NESTED);
	uint8_t udp = IPPROTO_UDP;

	netlink_put_ip4(msg, CTA_IP_V4_SRC, tuple->src);
	netlink_put_ip4(msg, CTA_IP_V4_DST, tuple->dst);
	nla_nest_end(msg, inner);
	inner = nla_nest_start(msg, CTA_TUPLE_PROTO | NLA_F_NESTED);
	netlink_put(msg, CTA_PROTO_NUM, &udp, sizeof(udp));
	put_be16(msg, CTA_PROTO_SRC_PORT, tuple->sport);
	put_be16(msg, CTA_PROTO_DST_PORT, tuple->dport);
	nla_nest_end(msg, inner);
	if (zone)
		put_be16(msg, CTA_TUPLE_ZONE, zone);
	nla_nest_end(msg, outer);
}

/* An entry whose original direction is in `zone`, as a packet through the fabric makes it. */
static void add_entry(struct tuple orig, struct tuple reply, uint16_t zone)
{
	struct nfgenmsg nfg = { .nfgen_family = AF_INET, .version = NFNETLINK_V0 };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW,
			    NLM_F_CREATE | NLM_F_EXCL, &nfg, sizeof(nfg));

	put_tuple(msg, CTA_TUPLE_ORIG, &orig, zone);
	put_tuple(msg, CTA_TUPLE_REPLY, &reply, 0);
	netlink_put_u32(msg, CTA_TIMEOUT, htonl(300));
	if (netlink_change(NETLINK_NETFILTER, msg, -1, "conntrack entry", &err) < 0) {
		print_error("%s\n", err.text);
		skip();
	}
}

#define CLIENT  0xcb007101u /* 203.0.113.1 */
#define GATEWAY 0xc6336401u /* 198.51.100.1 */

static void add_l2tp(uint32_t slot)
{
	add_entry((struct tuple){ CLIENT, GATEWAY, 1701, 1701 },
		  (struct tuple){ fabric_worker_address(1), fabric_vip(slot), 1701, 1701 },
		  fabric_zone(slot));
}

static void count_entry(struct nlmsghdr *nlh, void *user)
{
	(void)nlh;
	(void)netlink_list_add(user, 1);
}

static size_t entries(void)
{
	struct nfgenmsg nfg = { .nfgen_family = AF_INET, .version = NFNETLINK_V0 };
	cleanup_nl_msg struct nl_msg *msg = netlink_request(
	    NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, NLM_F_DUMP, &nfg, sizeof(nfg));
	cleanup_arena struct arena *arena = arena_new();
	struct netlink_list list = { .arena = arena };

	assert_ok(netlink_collect(NETLINK_NETFILTER, msg, count_entry, &list, "dump", &err));
	return list.count;
}

/* Two clients behind one NAT, told apart by zone alone, and things that are none of ours. */
static void only_the_slot_is_forgotten(void **state)
{
	struct tuple dns = { CLIENT, GATEWAY, 4000, 53 }, dns_reply = { GATEWAY, CLIENT, 53, 4000 };
	struct tuple l2tp = { CLIENT, GATEWAY, 1701, 1701 };
	struct tuple l2tp_reply = { GATEWAY, CLIENT, 1701, 1701 };

	(void)state;
	netns_needed();
	assert_ok(ability_probe(ABILITY_CONNTRACK, &err));
	add_l2tp(5);
	add_l2tp(6);
	add_entry(dns, dns_reply, 0);
	add_entry(dns, (struct tuple){ GATEWAY, CLIENT, 53, 4001 }, fabric_zone(5));
	add_entry(l2tp, l2tp_reply, 0);
	add_entry(l2tp, (struct tuple){ GATEWAY, CLIENT, 1701, 1702 }, fabric_zone(7));
	assert_int_equal(entries(), 6);

	assert_int_equal(conntrack_forget(fabric_vip(4), &err), 0);
	assert_int_equal(conntrack_forget(fabric_vip(5), &err), 1);
	assert_int_equal(conntrack_forget(fabric_vip(5), &err), 0);
	assert_int_equal(entries(), 5);
	/* Slot 6, and the one that was never NATed in the zone of slot 7. */
	assert_int_equal(conntrack_forget_all(&err), 2);
	assert_int_equal(conntrack_forget_all(&err), 0);
	assert_int_equal(entries(), 3);
}

static void many_slots_are_forgotten(void **state)
{
	(void)state;
	netns_needed();
	for (uint32_t slot = 100; slot < 400; slot++)
		add_l2tp(slot);
	assert_int_equal(conntrack_forget(fabric_vip(399), &err), 1);
	assert_int_equal(conntrack_forget_all(&err), 299);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_slot_is_forgotten),
		cmocka_unit_test(many_slots_are_forgotten),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
