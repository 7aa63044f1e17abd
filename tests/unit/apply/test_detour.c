/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "apply/detour.h"
#include "drive/host.h"
#include "drive/netns.h"
#include "drive/netns_route.h"

#define ADDRESS 0xc6336401 /* 198.51.100.1 */
#define ROUTER  0xc63364fe
#define HALF    0x80000000

static struct err err;

static int find(const char *wan, struct host *host, struct detour *detour)
{
	*detour = (struct detour){ .table = 0 };
	assert_ok(host_gather_wan(wan, host, &err));
	return detour_find(host, detour, &err);
}

static void expect(const char *wan, const char *text, const char *remedy)
{
	cleanup_arena struct arena *arena = arena_new();
	struct detour detour;
	struct host host;

	assert_int_equal(find(wan, &host, &detour), text ? 1 : 0);
	if (!text)
		return;
	assert_string_equal(detour_text(arena, &detour, &host), text);
	assert_string_equal(detour_remedy(arena, &detour, &host), remedy);
}

static void links(void)
{
	netns_needed();
	netns_add_link("wan0");
	netns_add_link("wg0");
	netns_add_address("wan0", ADDRESS, 24);
}

static void no_links(void)
{
	netns_delete_link("wg0");
	netns_delete_link("wan0");
}

static void test_wg_quick(void **state)
{
	struct netns_rule all = { .mark = 0xca6c, .table = 51820, .invert = true, .pref = 32765 },
			  but = { .table = RT_TABLE_MAIN, .suppress = true, .pref = 32764 },
			  remedy = { .from = ADDRESS, .table = RT_TABLE_MAIN, .pref = 100 };

	(void)state;
	links();
	expect("wan0", NULL, NULL);
	netns_add_route(RT_TABLE_MAIN, 0, 0, "wan0", ROUTER);
	expect(NULL, NULL, NULL);
	netns_add_route(51820, 0, 0, "wg0", 0);
	netns_add_rule(&all);
	netns_add_rule(&but);
	expect(NULL,
	       "answers from 198.51.100.1 leave by wg0 (table 51820), not by wan0: clients get "
	       "none",
	       "ip rule add from 198.51.100.1 lookup main pref 100, and ip rule add "
	       "from 198.18.0.0/15 lookup main pref 100, or fewer networks for wg0 "
	       "(WireGuard: AllowedIPs)");
	netns_add_rule(&remedy);
	expect(NULL, NULL, NULL);
	netns_delete_rule(&remedy);
	netns_delete_rule(&all);
	netns_delete_rule(&but);
	no_links();
}

static void test_halves(void **state)
{
	struct netns_rule remedy = { .from = ADDRESS, .table = 100, .pref = 99 };

	(void)state;
	links();
	netns_add_route(RT_TABLE_MAIN, 0, 0, "wan0", ROUTER);
	for (uint32_t half = 0; half < 2; half++) {
		netns_add_route(RT_TABLE_MAIN, half * HALF, 1, "wg0", 0);
		expect(
		    NULL,
		    "answers from 198.51.100.1 leave by wg0 (table main), not by wan0: clients "
		    "get none",
		    "ip route add default via ROUTER dev wan0 table 100, and ip rule add from "
		    "198.51.100.1 lookup 100 pref 99, and ip rule add from 198.18.0.0/15 to "
		    "198.18.0.0/15 lookup main pref 98, and ip rule add from 198.18.0.0/15 lookup "
		    "100 pref 99");
		if (half == 0)
			netns_delete_route(RT_TABLE_MAIN, 0, 1, "wg0");
	}
	netns_add_route(100, 0, 0, "wan0", ROUTER);
	netns_add_rule(&remedy);
	expect(NULL, NULL, NULL);
	netns_delete_rule(&remedy);
	no_links();
}

/* Which is not the gateway's death: the network of the named one may be all it is for. */
static void test_named_uplink(void **state)
{
	(void)state;
	links();
	netns_add_route(RT_TABLE_MAIN, 0, 0, "wg0", 0);
	expect("wan0",
	       "answers from 198.51.100.1 to the internet leave by wg0 (the default route), not by "
	       "wan0 as gateway.wan has it: many a provider drops them",
	       "ip route add default via ROUTER dev wan0 table 100, and ip rule add from "
	       "198.51.100.1 lookup 100 pref 99, and ip rule add from 198.18.0.0/15 to "
	       "198.18.0.0/15 lookup main pref 98, and ip rule add from 198.18.0.0/15 lookup "
	       "100 pref 99");
	expect("nosuch0", NULL, NULL);
	no_links();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wg_quick),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_named_uplink),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
