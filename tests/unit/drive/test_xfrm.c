/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <linux/xfrm.h>

#include "base/fabric.h"
#include "drive/ability.h"
#include "drive/net_monitor.h"
#include "drive/xfrm.h"
#include "netns.h"

static struct err err;

static const struct xfrm_rule rules[] = {
	{ .out = true, .block = true, .proto = IPPROTO_UDP, .sport = 1701, .priority = 4000000000 },
	{ .block = true, .proto = IPPROTO_UDP, .dport = 1701, .priority = 4000000000 },
	{ .out = true, .src = { FABRIC_WORKER_NET, FABRIC_WORKER_BITS }, .priority = 100 },
};

static size_t count_rule(const struct xfrm_rule *rule)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xfrm_policy *list;
	size_t count, found = 0;

	assert_ok(xfrm_policy_list(arena, &list, &count, &err));
	for (size_t i = 0; i < count; i++)
		found += xfrm_rule_is(rule, &list[i]);
	return found;
}

static void rules_are_added_once(void **state)
{
	(void)state;
	netns_needed();
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(xfrm_rule_add(&rules[i], &err), NET_DONE);
		assert_int_equal(xfrm_rule_add(&rules[i], &err), NET_SAME);
		assert_int_equal(count_rule(&rules[i]), 1);
	}
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(xfrm_rule_delete(&rules[i], &err), NET_DONE);
		assert_int_equal(xfrm_rule_delete(&rules[i], &err), NET_SAME);
		assert_int_equal(count_rule(&rules[i]), 0);
	}
}

static void rule_with_wrong_action_is_corrected(void **state)
{
	struct xfrm_rule wrong = rules[0];

	(void)state;
	netns_needed();
	wrong.block = false;
	assert_int_equal(xfrm_rule_add(&wrong, &err), NET_DONE);
	assert_int_equal(count_rule(&rules[0]), 0);
	assert_ok(xfrm_rule_add(&rules[0], &err));
	assert_int_equal(count_rule(&rules[0]), 1);
	assert_ok(xfrm_rule_delete(&rules[0], &err));
}

/* The block is real: a packet with that source port does not leave. (Never through lo: noxfrm.) */
static void rule_blocks(void **state)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = htons(1701) };
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(5555),
				  .sin_addr.s_addr = htonl(0xcb007155) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)state;
	netns_needed();
	netns_add_link("wan0");
	netns_add_address("wan0", 0xcb007109, 24);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)), 1);
	assert_int_equal(xfrm_rule_add(&rules[0], &err), NET_DONE);
	assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)), -1);
	assert_int_equal(xfrm_rule_delete(&rules[0], &err), NET_DONE);
	netns_delete_link("wan0");
	close(fd);
}

static void add_marked_policy(uint32_t mark, uint8_t dir)
{
	struct xfrm_userpolicy_info info = {
		.sel = { .family = AF_INET,
			 .proto = IPPROTO_UDP,
			 .daddr.a4 = htonl(0xcb007102),
			 .prefixlen_d = 32 },
		.lft = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF, 0, 0, 0, 0 },
		.dir = dir,
		.priority = 1000,
	};
	struct xfrm_user_tmpl tmpl = { .id = { .daddr.a4 = htonl(0xcb007102),
					       .proto = IPPROTO_ESP,
					       .spi = htonl(0xc0ffee00 + mark) },
				       .family = AF_INET,
				       .reqid = 7,
				       .mode = XFRM_MODE_TRANSPORT,
				       .aalgos = ~0U,
				       .ealgos = ~0U,
				       .calgos = ~0U };
	struct xfrm_mark value = { .v = mark, .m = UINT32_MAX };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(XFRM_MSG_NEWPOLICY, 0, &info, sizeof(info));

	netlink_put(msg, XFRMA_MARK, &value, sizeof(value));
	netlink_put(msg, XFRMA_TMPL, &tmpl, sizeof(tmpl));
	assert_ok(netlink_change(NETLINK_XFRM, msg, -1, "policy", &err));
}

static void marked_policies_are_told_apart(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xfrm_policy *list;
	size_t count, seen = 0;

	(void)state;
	netns_needed();
	add_marked_policy(41, XFRM_POLICY_OUT);
	add_marked_policy(42, XFRM_POLICY_OUT);
	add_marked_policy(42, XFRM_POLICY_IN);
	assert_int_equal(xfrm_rule_add(&rules[0], &err), NET_DONE);
	assert_ok(xfrm_policy_list(arena, &list, &count, &err));
	assert_int_equal(count, 4);
	for (size_t i = 0; i < count; i++) {
		if (list[i].mark != 42 || list[i].dir != XFRM_DIR_OUT)
			continue;
		seen++;
		assert_int_equal(list[i].mark_mask, UINT32_MAX);
		assert_true(list[i].has_tmpl);
		assert_int_equal(list[i].tmpl_spi, 0xc0ffee00 + 42);
		assert_int_equal(list[i].tmpl_dst, 0xcb007102);
		assert_int_equal(list[i].tmpl_reqid, 7);
		assert_int_equal(list[i].dst.bits, 32);
	}
	assert_int_equal(seen, 1);
	assert_int_equal(xfrm_policy_delete_mark(42, &err), 2);
	assert_int_equal(xfrm_policy_delete_mark(42, &err), 0);
	assert_ok(xfrm_policy_list(arena, &list, &count, &err));
	assert_int_equal(count, 2);
	assert_int_equal(count_rule(&rules[0]), 1);
	assert_int_equal(xfrm_policy_delete_mark(41, &err), 1);
	assert_int_equal(xfrm_rule_delete(&rules[0], &err), NET_DONE);
}

/* An SPI that is reserved is an SA in the list, without algorithms: it works without ESP. */
static void reserve_spi(uint32_t spi, uint32_t mark)
{
	struct xfrm_userspi_info info = {
		.info = { .id = { .daddr.a4 = htonl(0xcb007109), .proto = IPPROTO_ESP },
			  .saddr.a4 = htonl(0xcb007102),
			  .family = AF_INET,
			  .reqid = 3,
			  .mode = XFRM_MODE_TRANSPORT },
		.min = spi,
		.max = spi,
	};
	struct xfrm_mark value = { .v = mark, .m = UINT32_MAX };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(XFRM_MSG_ALLOCSPI, 0, &info, sizeof(info));

	netlink_put(msg, XFRMA_MARK, &value, sizeof(value));
	assert_ok(netlink_change(NETLINK_XFRM, msg, -1, "SPI", &err));
}

static void sas_are_told_apart_by_mark(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xfrm_sa *list;
	size_t count;

	(void)state;
	netns_needed();
	reserve_spi(0xc1000001, 51);
	reserve_spi(0xc1000002, 52);
	reserve_spi(0xc1000003, 52);
	assert_ok(xfrm_sa_list(arena, &list, &count, &err));
	assert_int_equal(count, 3);
	assert_int_equal(xfrm_sa_delete_mark(52, &err), 2);
	assert_ok(xfrm_sa_list(arena, &list, &count, &err));
	assert_int_equal(count, 1);
	assert_int_equal(list[0].spi, 0xc1000001);
	assert_int_equal(list[0].mark, 51);
	assert_int_equal(list[0].src, 0xcb007102);
	assert_int_equal(list[0].dst, 0xcb007109);
	assert_int_equal(list[0].proto, IPPROTO_ESP);
	assert_int_equal(xfrm_sa_delete(&list[0], &err), NET_DONE);
	assert_int_equal(xfrm_sa_delete(&list[0], &err), NET_SAME);
}

static void probing_leaves_nothing(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xfrm_sa *list;
	size_t count;

	(void)state;
	netns_needed();
	assert_ok(ability_probe(ABILITY_XFRM, &err));
	(void)ability_probe(ABILITY_ESP, &err);
	assert_ok(xfrm_sa_list(arena, &list, &count, &err));
	assert_int_equal(count, 0);
}

static void the_monitor_sees_policies_without_a_mark(void **state)
{
	int fd;

	(void)state;
	netns_needed();
	fd = net_monitor_open_xfrm(&err);
	assert_ok(fd);
	assert_int_equal(net_monitor_drain(fd, &err), 0);
	add_marked_policy(42, XFRM_POLICY_OUT);
	assert_int_equal(xfrm_policy_delete_mark(42, &err), 1);
	assert_int_equal(net_monitor_drain(fd, &err), 0);
	assert_int_equal(xfrm_rule_add(&rules[0], &err), NET_DONE);
	assert_int_equal(net_monitor_drain(fd, &err), NET_MONITOR_XFRM);
	assert_int_equal(xfrm_rule_delete(&rules[0], &err), NET_DONE);
	assert_int_equal(net_monitor_drain(fd, &err), NET_MONITOR_XFRM);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_added_once),
		cmocka_unit_test(rule_with_wrong_action_is_corrected),
		cmocka_unit_test(rule_blocks),
		cmocka_unit_test(marked_policies_are_told_apart),
		cmocka_unit_test(sas_are_told_apart_by_mark),
		cmocka_unit_test(the_monitor_sees_policies_without_a_mark),
		cmocka_unit_test(probing_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
