/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "daemon/holdoff.h"

static void a_few_changes_are_put_back_at_once(void **state)
{
	struct holdoff holdoff = { 0 };

	(void)state;
	for (unsigned i = 0; i < HOLDOFF_TIMES; i++)
		assert_int_equal(holdoff_found(&holdoff, "a", 1000 + i), HOLDOFF_GO);
	assert_int_equal(holdoff_due(&holdoff), UINT64_MAX);
	assert_int_equal(holdoff_found(&holdoff, "b", 1100), HOLDOFF_GO);
}

static void a_fight_is_said_once_and_slowed_down(void **state)
{
	struct holdoff holdoff = { 0 };
	uint64_t now = 1000;

	(void)state;
	for (unsigned i = 0; i < HOLDOFF_TIMES; i++)
		(void)holdoff_found(&holdoff, "a", now);
	assert_int_equal(holdoff_found(&holdoff, "a", now), HOLDOFF_PAUSE);
	assert_int_equal(holdoff_found(&holdoff, "a", now + 1), HOLDOFF_WAIT);
	assert_int_equal(holdoff_due(&holdoff), now + HOLDOFF_PAUSE_MS);
	for (unsigned i = 0; i < 10; i++) {
		now = holdoff_due(&holdoff);
		holdoff_looked(&holdoff, now);
		assert_int_equal(holdoff_found(&holdoff, "a", now), HOLDOFF_GO);
		assert_int_equal(holdoff_due(&holdoff), UINT64_MAX);
		assert_int_equal(holdoff_found(&holdoff, "a", now + 5), HOLDOFF_WAIT);
	}
}

static void what_was_put_right_meanwhile_is_no_longer_due(void **state)
{
	struct holdoff holdoff = { 0 };

	(void)state;
	for (unsigned i = 0; i <= HOLDOFF_TIMES; i++)
		(void)holdoff_found(&holdoff, "a", 1000);
	holdoff_looked(&holdoff, 1000 + HOLDOFF_PAUSE_MS - 1);
	assert_int_equal(holdoff_due(&holdoff), 1000 + HOLDOFF_PAUSE_MS);
	holdoff_looked(&holdoff, 1000 + HOLDOFF_PAUSE_MS);
	assert_int_equal(holdoff_due(&holdoff), UINT64_MAX);
}

static void peace_is_believed(void **state)
{
	struct holdoff holdoff = { 0 };
	uint64_t later;

	(void)state;
	for (unsigned i = 0; i <= HOLDOFF_TIMES; i++)
		(void)holdoff_found(&holdoff, "a", 1000);
	later = 1000 + HOLDOFF_PAUSE_MS + HOLDOFF_WINDOW_MS;
	for (unsigned i = 0; i < HOLDOFF_TIMES; i++)
		assert_int_equal(holdoff_found(&holdoff, "a", later), HOLDOFF_GO);
	assert_int_equal(holdoff_found(&holdoff, "a", later), HOLDOFF_PAUSE);
	/* Now and then over hours is no fight. */
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(holdoff_found(&holdoff, "b", 1000 + i * (HOLDOFF_WINDOW_MS / 4)),
				 HOLDOFF_GO);
}

static void many_objects_are_bounded(void **state)
{
	struct holdoff holdoff = { 0 };
	char name[HOLDOFF_NAME_MAX * 2];

	(void)state;
	for (unsigned i = 0; i < HOLDOFF_TRACKED * 3; i++) {
		(void)snprintf(name, sizeof(name), "object %u", i);
		assert_int_equal(holdoff_found(&holdoff, name, 1000 + i), HOLDOFF_GO);
	}
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (unsigned i = 0; i < HOLDOFF_TIMES; i++)
		assert_int_equal(holdoff_found(&holdoff, name, 5000), HOLDOFF_GO);
	assert_int_equal(holdoff_found(&holdoff, name, 5000), HOLDOFF_PAUSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_few_changes_are_put_back_at_once),
		cmocka_unit_test(a_fight_is_said_once_and_slowed_down),
		cmocka_unit_test(what_was_put_right_meanwhile_is_no_longer_due),
		cmocka_unit_test(peace_is_believed),
		cmocka_unit_test(many_objects_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
