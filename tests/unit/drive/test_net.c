/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/fabric.h"
#include "drive/host.h"
#include "drive/net_address.h"
#include "drive/net_link.h"
#include "drive/net_monitor.h"
#include "drive/net_route.h"
#include "netns.h"

static struct err err;

static uint32_t ip(const char *text)
{
	uint32_t address;

	assert_true(ip4_parse(text, &address));
	return address;
}

static const struct net_address *find_address(struct arena *arena, uint32_t address)
{
	struct net_address *list;
	size_t count;

	assert_ok(net_address_list(arena, &list, &count, &err));
	for (size_t i = 0; i < count; i++) {
		if (list[i].address == address)
			return &list[i];
	}
	return NULL;
}

static void address_is_added_once(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	uint32_t address = fabric_worker_address(3);
	const struct net_address *found;

	(void)state;
	netns_needed();
	assert_int_equal(net_address_add(address, &err), NET_DONE);
	assert_int_equal(net_address_add(address, &err), NET_SAME);
	found = find_address(arena, address);
	assert_non_null(found);
	assert_int_equal(found->ifindex, NET_LO);
	assert_int_equal(found->net.bits, 32);
	assert_false(found->global);
	assert_int_equal(net_address_delete(address, &err), NET_DONE);
	assert_int_equal(net_address_delete(address, &err), NET_SAME);
	assert_null(find_address(arena, address));
}

/* What the fabric needs of such an address: that it can be bound, and heard at. */
static void address_on_lo_works(void **state)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(FABRIC_L2TP_PORT) };
	int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0);
	char byte;

	(void)state;
	netns_needed();
	assert_int_equal(net_address_add(fabric_worker_address(1), &err), NET_DONE);
	sin.sin_addr.s_addr = htonl(fabric_worker_address(1));
	assert_int_equal(bind(in, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(sendto(out, "x", 1, 0, (struct sockaddr *)&sin, sizeof(sin)), 1);
	assert_int_equal(recv(in, &byte, 1, MSG_DONTWAIT), 1);
	close(in);
	close(out);
	assert_int_equal(net_address_delete(fabric_worker_address(1), &err), NET_DONE);
}

static void route_is_added_once(void **state)
{
	struct ip4_net vips = { FABRIC_VIP_NET, FABRIC_VIP_BITS };
	cleanup_arena struct arena *arena = arena_new();
	struct net_route *list;
	size_t count;

	(void)state;
	netns_needed();
	assert_int_equal(net_route_add(vips, &err), NET_DONE);
	assert_int_equal(net_route_add(vips, &err), NET_SAME);
	assert_ok(net_route_list(arena, &list, &count, &err));
	assert_int_equal(count, 1);
	assert_int_equal(list[0].net.address, vips.address);
	assert_int_equal(list[0].net.bits, vips.bits);
	assert_int_equal(list[0].ifindex, NET_LO);
	assert_int_equal(net_route_delete(vips, &err), NET_DONE);
	assert_int_equal(net_route_delete(vips, &err), NET_SAME);
}

static void add_route(const char *dst, uint8_t bits, int ifindex, const char *gateway,
		      uint32_t metric)
{
	struct rtmsg rtm = { .rtm_family = AF_INET,
			     .rtm_dst_len = bits,
			     .rtm_table = RT_TABLE_MAIN,
			     .rtm_protocol = RTPROT_STATIC,
			     .rtm_scope = gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
			     .rtm_type = RTN_UNICAST };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &rtm, sizeof(rtm));

	if (bits)
		netlink_put_ip4(msg, RTA_DST, ip(dst));
	netlink_put_u32(msg, RTA_OIF, (uint32_t)ifindex);
	netlink_put_u32(msg, RTA_PRIORITY, metric);
	if (gateway)
		netlink_put_ip4(msg, RTA_GATEWAY, ip(gateway));
	assert_ok(netlink_change(NETLINK_ROUTE, msg, -1, "route", &err));
}

static void foreign_route_is_no_success(void **state)
{
	struct ip4_net vips = { FABRIC_VIP_NET, FABRIC_VIP_BITS };
	struct net_link link;

	(void)state;
	netns_needed();
	netns_add_link("elsewhere0");
	assert_int_equal(net_link_get("elsewhere0", &link, &err), NET_DONE);
	add_route("198.18.16.0", FABRIC_VIP_BITS, link.ifindex, NULL, 0);
	assert_int_equal(net_route_add(vips, &err), -1);
	assert_non_null(strstr(err.text, "198.18.16.0/20"));
	netns_delete_link("elsewhere0");
}

static void links_are_found_by_prefix(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct net_link *list, link;
	size_t count;

	(void)state;
	netns_needed();
	netns_add_link("l2tpgw0");
	netns_add_link("l2tpgw12");
	netns_add_link("l2tp0");
	assert_ok(net_link_list(arena, FABRIC_IFNAME_PREFIX, &list, &count, &err));
	assert_int_equal(count, 2);
	assert_ok(net_link_list(arena, "", &list, &count, &err));
	assert_true(count >= 4);
	assert_int_equal(net_link_get("l2tpgw12", &link, &err), NET_DONE);
	assert_string_equal(link.name, "l2tpgw12");
	assert_int_equal(link.mtu, 1500);
	assert_true(link.flags & IFF_UP);
	assert_int_equal(net_link_get_index(link.ifindex, &link, &err), NET_DONE);
	assert_string_equal(link.name, "l2tpgw12");
	netns_delete_link("l2tpgw0");
	netns_delete_link("l2tpgw12");
	netns_delete_link("l2tp0");
	assert_int_equal(net_link_get("l2tpgw12", &link, &err), NET_SAME);
	assert_int_equal(net_link_get_index(link.ifindex, &link, &err), NET_SAME);
	assert_int_equal(net_link_get("", &link, &err), NET_SAME);
	assert_int_equal(net_link_get("a-name-that-is-too-long", &link, &err), NET_SAME);
}

static void links_have_counters(void **state)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(9),
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct net_link before, after;
	char payload[1000] = { 0 };

	(void)state;
	netns_needed();
	assert_int_equal(net_link_get("lo", &before, &err), NET_DONE);
	assert_int_equal(before.ifindex, NET_LO);
	(void)sendto(fd, payload, sizeof(payload), 0, (struct sockaddr *)&sin, sizeof(sin));
	close(fd);
	assert_int_equal(net_link_get("lo", &after, &err), NET_DONE);
	assert_true(after.rx_bytes >= before.rx_bytes + 1028);
	assert_true(after.tx_bytes >= before.tx_bytes + 1028);
	assert_true(after.rx_packets > before.rx_packets);
}

static void monitor_says_what_changed(void **state)
{
	int fd;

	(void)state;
	netns_needed();
	fd = net_monitor_open(&err);
	assert_ok(fd);
	assert_int_equal(net_monitor_drain(fd, &err), 0);
	assert_int_equal(net_address_add(fabric_worker_address(5), &err), NET_DONE);
	/* The local route that comes with it is a change of routes. */
	assert_int_equal(net_monitor_drain(fd, &err), NET_MONITOR_ADDRESS | NET_MONITOR_ROUTE);
	assert_int_equal(net_monitor_drain(fd, &err), 0);
	assert_int_equal(net_address_delete(fabric_worker_address(5), &err), NET_DONE);
	assert_true(net_monitor_drain(fd, &err) & NET_MONITOR_ADDRESS);
	netns_add_link("gone0");
	assert_true(net_monitor_drain(fd, &err) & NET_MONITOR_LINK);
	netns_delete_link("gone0");
	assert_true(net_monitor_drain(fd, &err) & NET_MONITOR_LINK);
	close(fd);
}

static void monitor_reports_an_overrun(void **state)
{
	int bytes = 0, fd, flags;

	(void)state;
	netns_needed();
	fd = net_monitor_open(&err);
	assert_ok(fd);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)), 0);
	for (unsigned i = 0; i < 200; i++) {
		assert_int_equal(net_address_add(ip("198.19.0.0") + i, &err), NET_DONE);
		assert_int_equal(net_address_delete(ip("198.19.0.0") + i, &err), NET_DONE);
	}
	flags = net_monitor_drain(fd, &err);
	assert_true(flags & NET_MONITOR_OVERRUN);
	assert_int_equal(net_monitor_drain(fd, &err), 0);
	close(fd);
}

static bool has_net(const struct host *host, const char *text)
{
	struct ip4_net net;

	assert_true(ip4_net_parse(text, &net));
	for (size_t i = 0; i < host->nets_count; i++) {
		if (host->nets[i].net.address == net.address && host->nets[i].net.bits == net.bits)
			return true;
	}
	return false;
}

static void host_without_a_default_route(void **state)
{
	struct host host;

	(void)state;
	netns_needed();
	assert_ok(host_gather(&host, &err));
	assert_string_equal(host.wan, "");
	assert_int_equal(host.wan_address, 0);
	assert_true(has_net(&host, "127.0.0.0/8"));
}

static void host_is_gathered(void **state)
{
	struct net_link wan, lan, session;
	struct host host;

	(void)state;
	netns_needed();
	netns_add_link("wan0");
	netns_add_link("lan0");
	netns_add_link("l2tpgw3");
	assert_ok(net_link_get("wan0", &wan, &err));
	assert_ok(net_link_get("lan0", &lan, &err));
	assert_ok(net_link_get("l2tpgw3", &session, &err));
	netns_add_address(wan.name, ip("203.0.113.9"), 24);
	netns_add_address(wan.name, ip("203.0.113.10"), 24);
	netns_add_address(lan.name, ip("10.7.8.1"), 22);
	netns_add_address(session.name, ip("10.99.0.1"), 32);
	assert_int_equal(net_address_add(fabric_worker_address(1), &err), NET_DONE);
	add_route("0.0.0.0", 0, lan.ifindex, "10.7.8.254", 500);
	add_route("0.0.0.0", 0, wan.ifindex, "203.0.113.1", 100);

	assert_ok(host_gather(&host, &err));
	assert_string_equal(host.wan, "wan0");
	assert_int_equal(host.wan_address, ip("203.0.113.9"));
	assert_int_equal(host.wan_mtu, 1500);
	assert_true(has_net(&host, "203.0.113.0/24"));
	assert_true(has_net(&host, "10.7.8.0/22"));
	assert_false(has_net(&host, "10.99.0.1/32"));
	assert_false(has_net(&host, "198.18.0.1/32"));

	assert_ok(host_gather_wan("lan0", &host, &err));
	assert_string_equal(host.wan, "lan0");
	assert_int_equal(host.wan_address, ip("10.7.8.1"));
	assert_ok(host_gather_wan("nosuch0", &host, &err));
	assert_string_equal(host.wan, "");
	netns_delete_link("wan0");
	netns_delete_link("lan0");
	netns_delete_link("l2tpgw3");
	assert_int_equal(net_address_delete(fabric_worker_address(1), &err), NET_DONE);
}

static void resolvers_are_parsed(void **state)
{
	static const char text[] = "# nameserver 9.9.9.9\n"
				   "nameserver 127.0.0.53\n"
				   "nameserver\t10.0.0.1\n"
				   " nameserver 10.0.0.1 \n"
				   "nameserver 2001:db8::1\n"
				   "nameserver 0.0.0.0\n"
				   "nameserver 10.0.0.2x\n"
				   "nameservers 10.0.0.9\n"
				   "nameserver 10.0.0.3\n"
				   "nameserver 10.0.0.4\n"
				   "nameserver 10.0.0.5";
	struct host host = { 0 };

	(void)state;
	host_parse_resolvers(text, sizeof(text) - 1, &host);
	assert_int_equal(host.resolvers_count, 3);
	assert_int_equal(host.resolvers[0], ip("10.0.0.1"));
	assert_int_equal(host.resolvers[1], ip("10.0.0.3"));
	assert_int_equal(host.resolvers[2], ip("10.0.0.4"));
	host = (struct host){ 0 };
	host_parse_resolvers("nameserver 10.0.0.5", 19, &host);
	assert_int_equal(host.resolvers_count, 1);
	host_parse_resolvers("", 0, &host);
	assert_int_equal(host.resolvers_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_is_added_once),
		cmocka_unit_test(address_on_lo_works),
		cmocka_unit_test(route_is_added_once),
		cmocka_unit_test(foreign_route_is_no_success),
		cmocka_unit_test(links_are_found_by_prefix),
		cmocka_unit_test(links_have_counters),
		cmocka_unit_test(monitor_says_what_changed),
		cmocka_unit_test(monitor_reports_an_overrun),
		cmocka_unit_test(host_without_a_default_route),
		cmocka_unit_test(host_is_gathered),
		cmocka_unit_test(resolvers_are_parsed),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
