/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/when.h"

#include <string.h>
#include <time.h>

#include "base/rfc3339.h"
#include "policy/units.h"

/* The midnight behind that day, in the time zone of this machine. */
static int64_t end_of_day(const unsigned date[3])
{
	struct tm tm = { .tm_year = (int)date[0] - 1900,
			 .tm_mon = (int)date[1] - 1,
			 .tm_mday = (int)date[2] + 1,
			 .tm_isdst = -1 };

	return (int64_t)mktime(&tm);
}

int when_parse(const char *text, int64_t now, int64_t *wall, struct err *err)
{
	char readable[RFC3339_MAX];
	unsigned date[3];
	uint64_t seconds;

	if (!strcmp(text, "never")) {
		*wall = 0;
		return 0;
	}
	*wall = -1;
	if (text[0] == '+' && units_parse(text + 1, &seconds))
		*wall = now + (int64_t)seconds;
	else if (rfc3339_date(text, date))
		*wall = end_of_day(date);
	else if (!rfc3339_parse(text, wall))
		*wall = -1;
	/* What cannot be written with four digits for the year cannot be kept. */
	if (*wall > 0 && rfc3339_text(*wall, readable) && readable[4] == '-')
		return 0;
	return err_set(err, ERR_USAGE,
		       "\"%.64s\" is no time: write +30d, 2030-12-31 (the last day), "
		       "2030-12-31T18:00:00Z or never",
		       text);
}
