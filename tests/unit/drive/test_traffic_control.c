/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/pkt_sched.h>
#include <linux/veth.h>
#include <poll.h>

#include "base/cleanup.h"
#include "drive/net_link.h"
#include "drive/traffic_control.h"
#include "netns.h"

#define LINK    "l2tpgw7"
#define THROUGH "l2tpup7"
#define PEER    "peer7"
#define KBIT    1000ull
#define MBIT    1000000ull

static struct err err;

/* ---- what the kernel has ---- */

struct found {
	int ifindex;
	uint32_t parent;
	bool any;
	uint64_t rate; /* bits/s of a token bucket; 0 = it is something else */
};

static void begin(void *user)
{
	struct found *found = user;

	found->any = false;
	found->rate = 0;
}

static void take_rate(struct found *found, struct nlattr *options)
{
	struct nlattr *attr[TCA_TBF_MAX + 1];
	struct tc_tbf_qopt shaper;

	assert_int_equal(nla_parse_nested(attr, TCA_TBF_MAX, options, NULL), 0);
	assert_non_null(attr[TCA_TBF_PARMS]);
	memcpy(&shaper, nla_data(attr[TCA_TBF_PARMS]), sizeof(shaper));
	assert_true(shaper.limit >= 16384);
	found->rate = shaper.rate.rate * 8ull;
}

static void take(struct nlmsghdr *nlh, void *user)
{
	const struct tcmsg *tcm = nlmsg_data(nlh);
	struct found *found = user;
	struct nlattr *attr[TCA_MAX + 1];

	if (tcm->tcm_ifindex != found->ifindex || tcm->tcm_parent != found->parent ||
	    nlmsg_parse(nlh, sizeof(*tcm), attr, TCA_MAX, NULL) < 0 || !tcm->tcm_handle)
		return;
	found->any = true;
	if (!strcmp(nla_data(attr[TCA_KIND]), "tbf"))
		take_rate(found, attr[TCA_OPTIONS]);
}

static struct found find(const char *ifname, int type, uint32_t parent)
{
	struct found found = { .ifindex = (int)if_nametoindex(ifname), .parent = parent };
	struct netlink_dump dump = { .begin = begin, .each = take, .user = &found };
	struct tcmsg tcm = { .tcm_ifindex = found.ifindex, .tcm_parent = parent };
	cleanup_nl_msg struct nl_msg *msg = netlink_request(type, NLM_F_DUMP, &tcm, sizeof(tcm));
	cleanup_fd int fd = netlink_open(NETLINK_ROUTE, NULL, 0, &err);

	assert_true(fd >= 0 && found.ifindex > 0);
	assert_int_equal(netlink_dump(fd, msg, &dump), 0);
	return found;
}

static uint64_t rate_of(const char *ifname)
{
	return find(ifname, RTM_GETQDISC, TC_H_ROOT).rate;
}

/* ---- two interfaces that are one cable ---- */

static void add_cable(void)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi, sizeof(ifi));
	struct nlattr *info, *data, *peer;

	netns_needed();
	netlink_put(msg, IFLA_IFNAME, LINK, sizeof(LINK));
	info = nla_nest_start(msg, IFLA_LINKINFO);
	netlink_put(msg, IFLA_INFO_KIND, "veth", sizeof("veth"));
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	peer = nla_nest_start(msg, VETH_INFO_PEER);
	assert_int_equal(nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO), 0);
	netlink_put(msg, IFLA_IFNAME, PEER, sizeof(PEER));
	nla_nest_end(msg, peer);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	if (netlink_change(NETLINK_ROUTE, msg, -1, "veth", &err) < 0)
		skip();
	netns_up(LINK);
	netns_up(PEER);
}

static int remove_cable(void **state)
{
	(void)state;
	if (netns_ready && if_nametoindex(LINK))
		netns_delete_link(LINK);
	if (netns_ready && if_nametoindex(THROUGH))
		netns_delete_link(THROUGH);
	return 0;
}

/* This kernel may have no shaper; one that has is asked for everything. */
static void shaper_needed(void)
{
	add_cable();
	if (traffic_control_egress(LINK, MBIT, &err) < 0 ||
	    traffic_control_ingress(LINK, THROUGH, MBIT, &err) < 0) {
		print_message("%s\n", err.text);
		skip();
	}
}

static int packets(const char *ifname)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	struct sockaddr_ll where = { .sll_family = AF_PACKET,
				     .sll_protocol = htons(ETH_P_ALL),
				     .sll_ifindex = (int)if_nametoindex(ifname) };

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	return fd;
}

static void send_packet(int fd, char mark)
{
	char frame[200] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45 };

	frame[sizeof(frame) - 1] = mark;
	assert_int_equal(send(fd, frame, sizeof(frame), 0), sizeof(frame));
}

/* Whether the packet of that mark arrives. */
static bool hears(int fd, char mark)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char frame[2048];

	while (poll(&wait, 1, 2000) == 1) {
		ssize_t n = recv(fd, frame, sizeof(frame), 0);

		if (n == 200 && frame[199] == mark)
			return true;
	}
	return false;
}

/* ---- tests ---- */

static void what_leaves_has_a_rate(void **state)
{
	(void)state;
	shaper_needed();
	for (uint64_t rate = 64 * KBIT; rate <= 10000 * MBIT; rate *= 5) {
		assert_ok(traffic_control_egress(LINK, rate, &err));
		assert_int_equal(rate_of(LINK), rate);
	}
	assert_ok(traffic_control_egress(LINK, 10000 * MBIT, &err));
	assert_int_equal(rate_of(LINK), 10000 * MBIT);
	assert_ok(traffic_control_egress(LINK, 0, &err));
	assert_false(find(LINK, RTM_GETQDISC, TC_H_ROOT).any);
	assert_ok(traffic_control_egress(LINK, 0, &err));
}

static void what_enters_goes_through_another(void **state)
{
	cleanup_fd int from = -1, to = -1, through = -1;

	(void)state;
	shaper_needed();
	assert_int_equal(rate_of(THROUGH), MBIT);
	from = packets(PEER);
	to = packets(LINK);
	through = packets(THROUGH);
	send_packet(from, 'a');
	assert_true(hears(through, 'a'));
	assert_true(hears(to, 'a'));
}

static void it_is_changed_in_place(void **state)
{
	cleanup_fd int from = -1, through = -1;
	unsigned before;

	(void)state;
	shaper_needed();
	before = if_nametoindex(THROUGH);
	for (unsigned i = 1; i <= 3; i++) {
		assert_ok(traffic_control_ingress(LINK, THROUGH, i * 7 * MBIT, &err));
		assert_int_equal(rate_of(THROUGH), i * 7 * MBIT);
	}
	assert_int_equal(if_nametoindex(THROUGH), before);
	from = packets(PEER);
	through = packets(THROUGH);
	send_packet(from, 'b');
	assert_true(hears(through, 'b'));
}

/* As after a crash, or by somebody's hand: what is half there is made whole. */
static void one_that_is_gone_is_made_again(void **state)
{
	cleanup_fd int from = -1, through = -1, to = -1;

	(void)state;
	shaper_needed();
	assert_ok(traffic_control_release(THROUGH, &err));
	assert_ok(traffic_control_sweep(&err));
	assert_int_equal(if_nametoindex(THROUGH), 0);
	assert_ok(traffic_control_release(THROUGH, &err));
	assert_ok(traffic_control_sweep(&err));
	assert_ok(traffic_control_ingress(LINK, THROUGH, 2 * MBIT, &err));
	from = packets(PEER);
	through = packets(THROUGH);
	to = packets(LINK);
	send_packet(from, 'c');
	assert_true(hears(through, 'c'));
	assert_true(hears(to, 'c'));
}

/* A session begins on the slot of one that has just ended. */
static void one_that_is_released_is_taken_again(void **state)
{
	(void)state;
	shaper_needed();
	assert_ok(traffic_control_release(THROUGH, &err));
	assert_ok(traffic_control_ingress(LINK, THROUGH, 2 * MBIT, &err));
	assert_ok(traffic_control_sweep(&err));
	assert_int_not_equal(if_nametoindex(THROUGH), 0);
	assert_int_equal(rate_of(THROUGH), 2 * MBIT);
}

static void without_a_rate_nothing_is_left(void **state)
{
	cleanup_fd int from = -1, to = -1;

	(void)state;
	shaper_needed();
	assert_ok(traffic_control_ingress(LINK, THROUGH, 0, &err));
	assert_ok(traffic_control_sweep(&err));
	assert_int_equal(if_nametoindex(THROUGH), 0);
	assert_false(find(LINK, RTM_GETQDISC, TC_H_INGRESS).any);
	assert_ok(traffic_control_ingress(LINK, THROUGH, 0, &err));
	from = packets(PEER);
	to = packets(LINK);
	send_packet(from, 'd');
	assert_true(hears(to, 'd'));
}

static void an_interface_that_is_not_there_is_told(void **state)
{
	(void)state;
	netns_needed();
	assert_int_equal(traffic_control_egress("l2tpgw99", MBIT, &err), -1);
	assert_non_null(strstr(err.text, "there is no interface l2tpgw99"));
	assert_int_equal(traffic_control_ingress("l2tpgw99", "l2tpup99", MBIT, &err), -1);
	assert_int_equal(if_nametoindex("l2tpup99"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(what_leaves_has_a_rate, remove_cable),
		cmocka_unit_test_teardown(what_enters_goes_through_another, remove_cable),
		cmocka_unit_test_teardown(it_is_changed_in_place, remove_cable),
		cmocka_unit_test_teardown(one_that_is_gone_is_made_again, remove_cable),
		cmocka_unit_test_teardown(one_that_is_released_is_taken_again, remove_cable),
		cmocka_unit_test_teardown(without_a_rate_nothing_is_left, remove_cable),
		cmocka_unit_test(an_interface_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
