/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <linux/xfrm.h>

#include "base/fabric.h"
#include "daemon/orphans.h"
#include "drive/netns.h"
#include "drive/xfrm.h"

#define CLIENT  0xcb007102u
#define GATEWAY 0xcb007109u

static struct err err;

static void add_policy(uint32_t mark, uint8_t dir, uint16_t port, uint32_t reqid)
{
	struct xfrm_userpolicy_info info = {
		.sel = { .family = AF_INET, .proto = IPPROTO_UDP },
		.lft = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF, 0, 0, 0, 0 },
		.dir = dir,
		.priority = 1000,
	};
	struct xfrm_user_tmpl tmpl = { .id = { .daddr.a4 = htonl(CLIENT), .proto = IPPROTO_ESP },
				       .family = AF_INET,
				       .reqid = reqid,
				       .mode = XFRM_MODE_TRANSPORT,
				       .aalgos = ~0U,
				       .ealgos = ~0U,
				       .calgos = ~0U };
	struct xfrm_mark value = { .v = mark, .m = UINT32_MAX };
	cleanup_nl_msg struct nl_msg *msg = NULL;

	*(dir == XFRM_POLICY_OUT ? &info.sel.sport : &info.sel.dport) = htons(port);
	*(dir == XFRM_POLICY_OUT ? &info.sel.sport_mask : &info.sel.dport_mask) = 0xffff;
	msg = netlink_request(XFRM_MSG_NEWPOLICY, 0, &info, sizeof(info));
	netlink_put(msg, XFRMA_MARK, &value, sizeof(value));
	netlink_put(msg, XFRMA_TMPL, &tmpl, sizeof(tmpl));
	assert_ok(netlink_change(NETLINK_XFRM, msg, -1, "policy", &err));
}

/* An SPI that is reserved is an SA in the list: it works without ESP in this kernel. */
static void add_sa(uint32_t spi, uint32_t mark, uint32_t reqid)
{
	struct xfrm_userspi_info info = {
		.info = { .id = { .daddr.a4 = htonl(GATEWAY), .proto = IPPROTO_ESP },
			  .saddr.a4 = htonl(CLIENT),
			  .family = AF_INET,
			  .reqid = reqid,
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

/* "SAs/policies" that there are. */
static void expect(size_t sas, size_t policies)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xfrm_policy *policy;
	struct xfrm_sa *sa;
	size_t count;

	assert_ok(xfrm_sa_list(arena, &sa, &count, &err));
	assert_int_equal(count, sas);
	assert_ok(xfrm_policy_list(arena, &policy, &count, &err));
	assert_int_equal(count, policies);
}

/* Mark 42 is a client's and, since that charon began anew, a branch's too. */
static void set_up(void)
{
	add_policy(42, XFRM_POLICY_OUT, FABRIC_L2TP_PORT, 7);
	add_policy(42, XFRM_POLICY_IN, FABRIC_L2TP_PORT, 7);
	add_policy(42, XFRM_POLICY_OUT, 5060, 8);
	add_policy(43, XFRM_POLICY_OUT, FABRIC_L2TP_PORT, 9);
	add_sa(0xc1000001, 42, 7);
	add_sa(0xc1000002, 42, 7);
	add_sa(0xc1000003, 42, 8);
	add_sa(0xc1000004, 43, 9);
	expect(4, 4);
}

static void beside_others_only_l2tp_is_deleted(void **state)
{
	(void)state;
	netns_needed();
	set_up();
	assert_ok(orphans_delete_mark(42, true, &err));
	expect(2, 2);
	assert_ok(orphans_delete_mark(42, true, &err));
	expect(2, 2);
	assert_ok(orphans_delete_mark(42, false, &err));
	expect(1, 1);
	assert_int_equal(orphans_delete(NULL, &err), 1);
	expect(0, 0);
}

static void in_a_charon_of_ours_the_mark_is_enough(void **state)
{
	(void)state;
	netns_needed();
	set_up();
	assert_ok(orphans_delete_mark(42, false, &err));
	expect(1, 1);
	assert_ok(orphans_delete_mark(43, false, &err));
	expect(0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beside_others_only_l2tp_is_deleted),
		cmocka_unit_test(in_a_charon_of_ours_the_mark_is_enough),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
