/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "base/fabric.h"
#include "daemon/shaper.h"
#include "drive/net_link.h"
#include "drive/traffic_control.h"
#include "../drive/netns.h"

#define MBIT 1000000ull

static struct err err;

static size_t shapers(void)
{
	cleanup_arena struct arena *arena = arena_new();
	struct net_link *list;
	size_t count;

	assert_ok(net_link_list(arena, FABRIC_SHAPER_PREFIX, &list, &count, &err));
	return count;
}

/* This kernel may have no shaper. */
static void shaper_needed(void)
{
	netns_needed();
	netns_add_link("l2tpgw5");
	if (traffic_control_ingress("l2tpgw5", "l2tpup5", MBIT, &err) < 0) {
		netns_delete_link("l2tpgw5");
		skip();
	}
}

static void a_session_has_its_shaper(void **state)
{
	const struct policy_rate down = { .down = MBIT }, both = { .down = MBIT, .up = 2 * MBIT },
				 none = { .down = 0 };

	(void)state;
	shaper_needed();
	assert_true(shaper_set(5, "l2tpgw5", &down));
	shaper_tick();
	assert_int_equal(shapers(), 0);
	assert_true(shaper_set(5, "l2tpgw5", &both));
	assert_int_equal(shapers(), 1);
	assert_true(shaper_set(5, "l2tpgw5", &none));
	shaper_tick();
	assert_int_equal(shapers(), 0);
	assert_true(shaper_set(5, "l2tpgw5", &both));
	netns_delete_link("l2tpgw5");
	/* Its interface is gone when the session has ended. */
	assert_true(shaper_set(5, "l2tpgw5", &none));
	shaper_tick();
	assert_int_equal(shapers(), 0);
}

static void what_is_not_there_has_no_rate(void **state)
{
	const struct policy_rate down = { .down = MBIT }, none = { .down = 0 };

	(void)state;
	netns_needed();
	assert_false(shaper_set(6, "l2tpgw6", &down));
	assert_true(shaper_set(6, "l2tpgw6", &none));
}

static void what_is_left_is_swept(void **state)
{
	struct policy policy = { 0 };
	struct session_table *table;

	(void)state;
	shaper_needed();
	policy.addresses.pool = (struct ip4_net){ .address = 0x0a090000, .bits = 24 };
	table = session_table_new(&policy);
	netns_add_link("l2tpupx"); /* somebody else's */
	assert_int_equal(shapers(), 2);
	shaper_sweep(table);
	assert_int_equal(shapers(), 1);
	assert_ok(shaper_remove_all(&err));
	assert_int_equal(shapers(), 1);
	netns_delete_link("l2tpgw5");
	netns_delete_link("l2tpupx");
	session_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_has_its_shaper),
		cmocka_unit_test(what_is_not_there_has_no_rate),
		cmocka_unit_test(what_is_left_is_swept),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
