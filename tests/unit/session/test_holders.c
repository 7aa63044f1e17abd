/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/holders.h"

#include "unit.h"

static void test_who_had_it(void **state)
{
	struct holders *holders = holders_new();

	(void)state;
	assert_true(holders_take(holders, 0x0a630002, "alice"));
	assert_false(holders_take(holders, 0x0a630002, "alice"));
	assert_true(holders_take(holders, 0x0a630003, "alice"));
	assert_false(holders_take(holders, 0x0a630002, "alice"));
	assert_true(holders_take(holders, 0x0a630002, "bob"));
	assert_true(holders_take(holders, 0x0a630002, "alice"));
	holders_free(holders);
}

/* One that shares its place is forgotten, which is never to be taken for "nobody else's". */
static void test_one_place(void **state)
{
	struct holders *holders = holders_new();

	(void)state;
	(void)holders_take(holders, 0x0a630002, "alice");
	assert_true(holders_take(holders, 0x0a631002, "alice"));
	assert_true(holders_take(holders, 0x0a630002, "alice"));
	holders_free(holders);
	holders_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_had_it),
		cmocka_unit_test(test_one_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
