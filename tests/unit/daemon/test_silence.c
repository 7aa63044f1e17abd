/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "daemon/silence.h"

static void one_question_tells_nothing(void **state)
{
	struct silence silence = { 0 };

	(void)state;
	assert_false(silence_is_death(&silence, 100, false));
	silence_broken(&silence);
	assert_false(silence_is_death(&silence, 100, false));
}

static void who_sleeps_through_two_is_dead(void **state)
{
	struct silence silence = { 0 };

	(void)state;
	assert_false(silence_is_death(&silence, 100, false));
	assert_true(silence_is_death(&silence, 100, false));
}

static void who_works_or_waits_for_a_cpu_is_not(void **state)
{
	struct silence silence = { 0 };

	(void)state;
	assert_false(silence_is_death(&silence, 100, false));
	assert_false(silence_is_death(&silence, 101, false));
	assert_false(silence_is_death(&silence, 101, true));
	assert_false(silence_is_death(&silence, 102, false));
	assert_true(silence_is_death(&silence, 102, false));
}

static void who_spins_is_dead_in_the_end(void **state)
{
	struct silence silence = { 0 };

	(void)state;
	for (unsigned i = 1; i < SILENCE_QUESTIONS_MAX; i++)
		assert_false(silence_is_death(&silence, i, true));
	assert_true(silence_is_death(&silence, SILENCE_QUESTIONS_MAX, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_question_tells_nothing),
		cmocka_unit_test(who_sleeps_through_two_is_dead),
		cmocka_unit_test(who_works_or_waits_for_a_cpu_is_not),
		cmocka_unit_test(who_spins_is_dead_in_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
