/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/rfc3339.h"
#include "cli/when.h"

#define NOW 1795433233 /* 2026-11-23T11:27:13Z */

static void times_are_read_as_people_say_them(void **state)
{
	static const struct {
		const char *text, *zone, *expected;
	} rows[] = {
		{ "+30d", "UTC", "2026-12-23T11:27:13Z" },
		{ "+90s", "UTC", "2026-11-23T11:28:43Z" },
		{ "2030-12-31T18:00:00+02:00", "UTC", "2030-12-31T16:00:00Z" },
		/* The day itself is the last one, where the machine is. */
		{ "2030-12-31", "UTC", "2031-01-01T00:00:00Z" },
		{ "2030-06-30", "CET-1CEST,M3.5.0,M10.5.0", "2030-06-30T22:00:00Z" },
		{ "2028-02-28", "UTC", "2028-02-29T00:00:00Z" },
	};
	char text[RFC3339_MAX];
	struct err err;
	int64_t wall;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)setenv("TZ", rows[i].zone, 1);
		tzset();
		assert_int_equal(when_parse(rows[i].text, NOW, &wall, &err), 0);
		assert_string_equal(rfc3339_text(wall, text), rows[i].expected);
	}
	assert_int_equal(when_parse("never", NOW, &wall, &err), 0);
	assert_int_equal(wall, 0);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"30d",
		"+",
		"+30",
		"+30y",
		"-30d",
		"2030-02-30",
		"2030-13-01",
		"31.12.2030",
		"tomorrow",
		"2030-12-31 ",
		"+999999999d",
		"1970-01-01T00:00:00Z",
	};
	struct err err;
	int64_t wall;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(when_parse(wrong[i], NOW, &wall, &err), -1);
		assert_int_equal(err.code, ERR_USAGE);
		assert_non_null(strstr(err.text, "+30d"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_read_as_people_say_them),
		cmocka_unit_test(what_is_no_time_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
