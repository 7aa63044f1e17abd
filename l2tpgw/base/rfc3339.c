/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/rfc3339.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

const char *rfc3339_text(int64_t wall, char out[RFC3339_MAX])
{
	time_t seconds = (time_t)wall;
	struct tm tm;

	if (wall <= 0 || !gmtime_r(&seconds, &tm) ||
	    !strftime(out, RFC3339_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return NULL;
	return out;
}

/* Exactly `digits` of them; moves on behind. */
static bool number(const char **at, unsigned digits, unsigned min, unsigned max, unsigned *value)
{
	*value = 0;
	for (; digits; digits--, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*value = *value * 10 + (unsigned)(**at - '0');
	}
	return *value >= min && *value <= max;
}

/* One of the characters; moves on behind. */
static bool one_of(const char **at, const char *characters)
{
	return **at && strchr(characters, *(*at)++);
}

static unsigned days_of(unsigned year, unsigned month)
{
	static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool read_date(const char **at, unsigned date[3])
{
	return number(at, 4, 1970, 9999, &date[0]) && one_of(at, "-") &&
	       number(at, 2, 1, 12, &date[1]) && one_of(at, "-") &&
	       number(at, 2, 1, days_of(date[0], date[1]), &date[2]);
}

/* A leap second counts as the one behind it. */
static bool read_time(const char **at, int64_t *seconds)
{
	unsigned hour, minute, second;
	const char *fraction;

	if (!number(at, 2, 0, 23, &hour) || !one_of(at, ":") || !number(at, 2, 0, 59, &minute) ||
	    !one_of(at, ":") || !number(at, 2, 0, 60, &second))
		return false;
	*seconds = hour * 3600 + minute * 60 + second;
	if (**at != '.')
		return true;
	fraction = ++*at;
	*at += strspn(fraction, "0123456789");
	return *at > fraction;
}

static bool read_offset(const char **at, int64_t *seconds)
{
	char sign = **at;
	unsigned hour, minute;

	*seconds = 0;
	if (!one_of(at, "Zz+-"))
		return false;
	if (sign == 'Z' || sign == 'z')
		return true;
	if (!number(at, 2, 0, 23, &hour) || !one_of(at, ":") || !number(at, 2, 0, 59, &minute))
		return false;
	*seconds = (int64_t)(hour * 3600 + minute * 60) * (sign == '-' ? -1 : 1);
	return true;
}

/* Days since the epoch: those of the years, of the months, and the rest. */
static int64_t day_number(const unsigned date[3])
{
	int64_t before = date[0] - 1,
		days = before * 365 + before / 4 - before / 100 + before / 400;

	for (unsigned month = 1; month < date[1]; month++)
		days += days_of(date[0], month);
	return days + date[2] - 1 - 719162;
}

bool rfc3339_date(const char *text, unsigned date[3])
{
	return read_date(&text, date) && !*text;
}

bool rfc3339_parse(const char *text, int64_t *wall)
{
	unsigned date[3];
	int64_t time, offset;

	if (!read_date(&text, date) || !one_of(&text, "Tt") || !read_time(&text, &time) ||
	    !read_offset(&text, &offset) || *text)
		return false;
	*wall = day_number(date) * 86400 + time - offset;
	return *wall >= 0;
}
