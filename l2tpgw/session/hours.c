/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/hours.h"

#define DAY       86400
#define WEEK      (7 * DAY)
#define FIRST_DAY 3 /* 1 January 1970 was a Thursday */

static int64_t day_of(int64_t seconds)
{
	return seconds >= 0 ? seconds / DAY : -((DAY - 1 - seconds) / DAY);
}

/* The end of what began on that day, if the time lies in it; else the time itself. Local time. */
static int64_t end_of(const struct policy_hours *hours, int64_t day, int64_t local)
{
	int64_t from = day * DAY + (int64_t)hours->from * 60;
	int64_t to = day * DAY + (int64_t)hours->to * 60 + (hours->to <= hours->from ? DAY : 0);
	unsigned weekday = (unsigned)(((day + FIRST_DAY) % 7 + 7) % 7);

	return hours->days & 1u << weekday && local >= from && local < to ? to : local;
}

/* The latest end of all that is open at that time; else the time itself. */
static int64_t latest_end(const struct policy_group *group, const int32_t *offsets, int64_t wall)
{
	int64_t latest = wall;

	for (size_t i = 0; i < group->hours_count; i++) {
		const struct policy_hours *hours = &group->hours[i];
		int64_t local = wall + offsets[hours->zone], today = day_of(local);

		for (int64_t day = today - 1; day <= today; day++) {
			int64_t end = end_of(hours, day, local) - offsets[hours->zone];

			latest = end > latest ? end : latest;
		}
	}
	return latest;
}

bool hours_open(const struct policy_group *group, const int32_t *offsets, int64_t wall)
{
	return !group->hours_count || latest_end(group, offsets, wall) > wall;
}

int64_t hours_end(const struct policy_group *group, const int32_t *offsets, int64_t wall)
{
	int64_t end = wall, next;

	if (!group->hours_count)
		return INT64_MAX;
	while ((next = latest_end(group, offsets, end)) > end) {
		end = next;
		if (end > wall + WEEK)
			return INT64_MAX;
	}
	return end;
}
