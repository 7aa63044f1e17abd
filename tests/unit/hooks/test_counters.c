/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "hooks/counters.h"

static const char text[] =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs\n"
    "    lo:       1       2    0    0    0     0          0         0        3        4 0\n"
    "l2tpgw12: 77 1 0 0 0 0 0 0 88 1 0 0 0 0 0 0\n"
    "l2tpgw1:5000000000 1 0 0 0 0 0 0 18446744073709551615 1 0 0 0 0 0 0\n";

static void sixty_four_bits(void **state)
{
	struct counters counters;

	(void)state;
	assert_true(counters_find(text, "l2tpgw1", &counters));
	assert_int_equal(counters.rx, 5000000000);
	assert_true(counters.tx == UINT64_MAX);
	assert_true(counters_find(text, "l2tpgw12", &counters));
	assert_int_equal(counters.rx, 77);
	assert_int_equal(counters.tx, 88);
	assert_true(counters_find(text, "lo", &counters));
	assert_int_equal(counters.tx, 3);
}

static void what_is_not_there(void **state)
{
	struct counters counters;

	(void)state;
	assert_false(counters_find(text, "l2tpgw", &counters));
	assert_false(counters_find(text, "l2tpgw2", &counters));
	assert_false(counters_find("", "lo", &counters));
	assert_false(counters_find("l2tpgw1: 1 2 3\n", "l2tpgw1", &counters));
	assert_false(counters_find("l2tpgw1:", "l2tpgw1", &counters));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sixty_four_bits),
		cmocka_unit_test(what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
