/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <linux/fib_rules.h>

#include "base/cleanup.h"
#include "drive/net_rule.h"
#include "netns.h"

static struct err err;

struct rule {
	uint32_t mark, mask, table, flags;
	uint8_t action;
};

static void add(const struct rule *rule)
{
	struct fib_rule_hdr header = { .family = AF_INET,
				       .action = rule->action,
				       .flags = rule->flags };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(RTM_NEWRULE, NLM_F_CREATE, &header, sizeof(header));

	netlink_put_u32(msg, FRA_FWMARK, rule->mark);
	if (rule->mask)
		netlink_put_u32(msg, FRA_FWMASK, rule->mask);
	if (rule->table)
		netlink_put_u32(msg, FRA_TABLE, rule->table);
	assert_true(netlink_change(NETLINK_ROUTE, msg, 0, "rule", &err) >= 0);
}

/* Those of wg-quick, of Tailscale and of a transparent proxy, as these make them. */
static void test_whose_marks(void **state)
{
	static const struct rule rules[] = {
		{ .mark = 0xca6c,
		  .table = 51820,
		  .action = FR_ACT_TO_TBL,
		  .flags = FIB_RULE_INVERT },
		{ .mark = 0x80000, .mask = 0xff0000, .table = 254, .action = FR_ACT_TO_TBL },
		{ .mark = 0x80000, .mask = 0xff0000, .action = FR_ACT_UNREACHABLE },
		{ .mark = 1, .table = 100, .action = FR_ACT_TO_TBL },
	};
	cleanup_arena struct arena *arena = arena_new();
	struct net_rule *list;
	size_t count;

	(void)state;
	netns_needed();
	assert_int_equal(net_rule_list(arena, &list, &count, &err), 0);
	assert_int_equal(count, 0);
	for (size_t i = 0; i < array_size(rules); i++)
		add(&rules[i]);
	assert_int_equal(net_rule_list(arena, &list, &count, &err), 0);
	assert_int_equal(count, 2);
	for (size_t i = 0; i < count; i++) {
		bool proxy = list[i].mark == 1;

		assert_int_equal(list[i].mark, proxy ? 1 : 0x80000);
		assert_int_equal(list[i].mask, proxy ? UINT32_MAX : 0xff0000);
		assert_int_equal(list[i].table, proxy ? 100 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whose_marks),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
