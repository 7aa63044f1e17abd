/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/rfc3339.h"

static void texts_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t wall;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-23T11:27:13Z", 1795433233 },
		{ "2026-11-23t11:27:13.999z", 1795433233 },
		{ "2026-11-23T12:27:13+01:00", 1795433233 },
		{ "2026-11-22T23:57:13-11:30", 1795433233 },
		{ "2000-02-29T00:00:00Z", 951782400 },
		{ "2016-12-31T23:59:60Z", 1483228800 },
		{ "9999-12-31T23:59:59Z", 253402300799 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "1970-01-01T00:00:00+00:01", -1 },
		{ "2026-02-29T00:00:00Z", -1 },
		{ "2100-02-29T00:00:00Z", -1 },
		{ "2026-04-31T00:00:00Z", -1 },
		{ "2026-00-01T00:00:00Z", -1 },
		{ "2026-13-01T00:00:00Z", -1 },
		{ "2026-01-01T24:00:00Z", -1 },
		{ "2026-01-01T00:60:00Z", -1 },
		{ "2026-01-01T00:00:61Z", -1 },
		{ "2026-01-01T00:00:00", -1 },
		{ "2026-01-01T00:00:00.Z", -1 },
		{ "2026-01-01T00:00:00+1:00", -1 },
		{ "2026-01-01T00:00:00+24:00", -1 },
		{ "2026-01-01 00:00:00Z", -1 },
		{ "2026-01-01T00:00:00Z ", -1 },
		{ " 2026-01-01T00:00:00Z", -1 },
		{ "2026-1-1T00:00:00Z", -1 },
		{ "2026-01-01", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t wall = -2;
		bool ok = rfc3339_parse(rows[i].text, &wall);

		if (ok != (rows[i].wall >= 0) || (ok && wall != rows[i].wall))
			fail_msg("%s: %d, %lld", rows[i].text, ok, (long long)wall);
	}
}

/* Every day of some centuries is what the C library says it is, and reads back as written. */
static void every_day_is_right(void **state)
{
	(void)state;
	for (int64_t wall = 1; wall < INT64_C(86400) * 366 * 600; wall += 86400 - 7) {
		time_t seconds = (time_t)wall;
		char expected[RFC3339_MAX], text[RFC3339_MAX];
		unsigned date[3];
		struct tm tm;
		int64_t back;

		assert_non_null(gmtime_r(&seconds, &tm));
		(void)strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_string_equal(rfc3339_text(wall, text), expected);
		assert_true(rfc3339_parse(text, &back));
		assert_int_equal(back, wall);
		text[10] = '\0';
		assert_true(rfc3339_date(text, date));
		assert_int_equal(date[0], tm.tm_year + 1900);
		assert_int_equal(date[1], tm.tm_mon + 1);
		assert_int_equal(date[2], tm.tm_mday);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read),
		cmocka_unit_test(every_day_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
