/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "session/hours.h"

#define DAY      INT64_C(86400)
#define HOUR     INT64_C(3600)
#define MONDAY   (INT64_C(1700438400)) /* 20 November 2023, 00:00 UTC */
#define WORKDAYS 0x1fu
#define ALL      0x7fu

static const int32_t utc[] = { 0 };

static struct policy_group group_of(struct policy_hours *hours, size_t count)
{
	return (struct policy_group){ .name = "g", .hours = hours, .hours_count = count };
}

static void no_hours_are_always(void **state)
{
	struct policy_group group = group_of(NULL, 0);

	(void)state;
	assert_true(hours_open(&group, utc, MONDAY));
	assert_int_equal(hours_end(&group, utc, MONDAY), INT64_MAX);
}

static void office_hours(void **state)
{
	struct policy_hours hours = { .days = WORKDAYS, .from = 8 * 60, .to = 18 * 60 + 30 };
	struct policy_group group = group_of(&hours, 1);

	(void)state;
	for (int day = 0; day < 14; day++) {
		int64_t midnight = MONDAY + day * DAY;
		bool works = day % 7 < 5;

		assert_false(hours_open(&group, utc, midnight + 8 * HOUR - 1));
		assert_int_equal(hours_open(&group, utc, midnight + 8 * HOUR), works);
		assert_int_equal(hours_open(&group, utc, midnight + 18 * HOUR + 1799), works);
		assert_false(hours_open(&group, utc, midnight + 18 * HOUR + 1800));
		if (works)
			assert_int_equal(hours_end(&group, utc, midnight + 9 * HOUR),
					 midnight + 18 * HOUR + 1800);
		else
			assert_int_equal(hours_end(&group, utc, midnight + 9 * HOUR),
					 midnight + 9 * HOUR);
	}
}

/* What begins on a day belongs to it, even if it ends on the next. */
static void nights(void **state)
{
	struct policy_hours hours = { .days = 1u << 4, .from = 22 * 60, .to = 6 * 60 }; /* Friday */
	struct policy_group group = group_of(&hours, 1);
	int64_t friday = MONDAY + 4 * DAY;

	(void)state;
	assert_false(hours_open(&group, utc, friday));
	assert_false(hours_open(&group, utc, friday + 5 * HOUR));
	assert_true(hours_open(&group, utc, friday + 22 * HOUR));
	assert_true(hours_open(&group, utc, friday + DAY + 5 * HOUR));
	assert_int_equal(hours_end(&group, utc, friday + 23 * HOUR), friday + DAY + 6 * HOUR);
	assert_false(hours_open(&group, utc, friday + DAY + 6 * HOUR));
	assert_false(hours_open(&group, utc, friday + DAY + 22 * HOUR));
}

static void zones_shift_them(void **state)
{
	static const int32_t offsets[] = { 0, 20700, -12600 }; /* +5:45, -3:30 */
	struct policy_hours hours = { .days = 1, .from = 0, .to = 60, .zone = 1 };
	struct policy_group group = group_of(&hours, 1);

	(void)state;
	assert_true(hours_open(&group, offsets, MONDAY - 20700));
	assert_false(hours_open(&group, offsets, MONDAY - 20701));
	assert_false(hours_open(&group, offsets, MONDAY - 20700 + HOUR));
	hours.zone = 2;
	assert_false(hours_open(&group, offsets, MONDAY));
	assert_true(hours_open(&group, offsets, MONDAY + 12600));
	assert_int_equal(hours_end(&group, offsets, MONDAY + 12600), MONDAY + 12600 + HOUR);
}

/* Those that follow on each other have one end; all day every day has none. */
static void they_join(void **state)
{
	struct policy_hours list[] = {
		{ .days = 1u << 0, .from = 8 * 60, .to = 12 * 60 },
		{ .days = 1u << 0, .from = 12 * 60, .to = 24 * 60 },
		{ .days = 1u << 1, .from = 0, .to = 3 * 60 },
	};
	struct policy_group group = group_of(list, 3);

	(void)state;
	assert_int_equal(hours_end(&group, utc, MONDAY + 9 * HOUR), MONDAY + DAY + 3 * HOUR);
	list[0] = (struct policy_hours){ .days = ALL, .from = 0, .to = 24 * 60 };
	assert_int_equal(hours_end(&group, utc, MONDAY), INT64_MAX);
	list[0] = (struct policy_hours){ .days = ALL, .from = 60, .to = 60 };
	group.hours_count = 1;
	assert_int_equal(hours_end(&group, utc, MONDAY), INT64_MAX);
}

/* hours_end() is the first second at which hours_open() is false, whatever the hours. */
static void end_and_open_agree(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct policy_hours list[3];
		struct policy_group group = group_of(list, 1 + i % 3);
		int32_t offsets[2];
		int64_t wall, end;

		for (size_t k = 0; k < 3; k++) {
			seed = seed * 1664525u + 1013904223u;
			list[k] = (struct policy_hours){ .days = (seed >> 8 & ALL) | 1,
							 .from = (seed >> 15) % 1440,
							 .to = (seed >> 4) % 1441,
							 .zone = seed >> 30 & 1 };
		}
		offsets[0] = (int32_t)(seed >> 9) % 50400;
		offsets[1] = -(int32_t)((seed >> 11) % 43200);
		wall = MONDAY + (int64_t)(seed % (7 * DAY));
		end = hours_end(&group, offsets, wall);
		assert_int_equal(hours_open(&group, offsets, wall), end > wall);
		if (end == INT64_MAX)
			continue;
		assert_false(hours_open(&group, offsets, end));
		for (int64_t t = wall; t < end; t += 60)
			assert_true(hours_open(&group, offsets, t));
		if (end > wall)
			assert_true(hours_open(&group, offsets, end - 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_hours_are_always),
		cmocka_unit_test(office_hours),
		cmocka_unit_test(nights),
		cmocka_unit_test(zones_shift_them),
		cmocka_unit_test(they_join),
		cmocka_unit_test(end_and_open_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
