/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/limits.h"

#include <string.h>

#include "base/rfc3339.h"
#include "session/expiry.h"
#include "session/hours.h"

/* How often traffic is looked at: often enough for the shortest idle time-out there is. */
#define COUNT_PARTS  8
#define COUNT_MIN_MS 1000u
#define COUNT_MAX_MS 30000u

static bool is_up(const struct session *session)
{
	return session->state == SESSION_UP;
}

static uint64_t idle_end(const struct session *session)
{
	uint32_t idle = session->terms.idle_timeout;

	return is_up(session) && idle ? session->last_moved + idle * UINT64_C(1000) : TABLE_NEVER;
}

static uint64_t time_end(const struct session *session)
{
	uint32_t time = session->terms.session_timeout;

	return is_up(session) && time ? session->up + time * UINT64_C(1000) : TABLE_NEVER;
}

/* What its counters were some time ago does not tell whether it has been idle since. */
static bool is_idle(const struct session *session, struct session_now now)
{
	uint64_t end = idle_end(session);

	return end <= now.ms && end <= session->counted;
}

static enum session_reason reached(const struct session *session, const struct policy *policy,
				   const int32_t *offsets, struct session_now now)
{
	const struct policy_group *group = policy_group(policy, session->terms.group);

	if (!group || (*session->terms.pool && !policy_pool(policy, session->terms.pool)))
		return SESSION_GROUP_REMOVED;
	if (!hours_open(group, offsets, now.wall))
		return SESSION_OUT_OF_HOURS;
	if (time_end(session) <= now.ms)
		return SESSION_TIME_LIMIT;
	return is_idle(session, now) ? SESSION_IDLE : SESSION_REASON_NONE;
}

enum session_reason session_why_out(const struct session *session, const struct policy *policy,
				    const int32_t *offsets, struct session_now now)
{
	struct session then = *session;
	enum session_reason why = SESSION_REASON_NONE;

	if (!session->pppd.pid || session->state == SESSION_CLOSING)
		return SESSION_REASON_NONE;
	if (session->terms.source == TERMS_LOCAL)
		why = expiry_why_out(policy_user(policy, session->user), now.wall);
	if (why != SESSION_REASON_NONE)
		return why;
	(void)terms_follow(&then.terms, policy, session->user);
	return reached(&then, policy, offsets, now);
}

/* When its traffic is to be looked at again, and at the latest when it seems to have been idle. */
static uint64_t count_end(const struct session *session, uint64_t last)
{
	uint64_t end = idle_end(session);
	uint64_t part = session->terms.idle_timeout * UINT64_C(1000) / COUNT_PARTS;
	uint64_t next = last + (part < COUNT_MIN_MS   ? COUNT_MIN_MS
				: part > COUNT_MAX_MS ? COUNT_MAX_MS
						      : part);

	if (end == TABLE_NEVER)
		return TABLE_NEVER;
	return last < end && end < next ? end : next;
}

/* All of those whom nobody looks at is what their counters were. */
static void ask_for_counters(struct session_table *table, struct session_now now)
{
	bool due = false;

	table_foreach(session, table)
	{
		due |= count_end(session, table->counted) <= now.ms;
	}
	if (!due)
		return;
	table->counted = now.ms;
	table_count(table);
}

void limits_enforce(struct session_table *table, struct session_now now)
{
	table_foreach(session, table)
	{
		enum session_reason why = SESSION_REASON_NONE;

		if (session->pppd.pid && session->terms.source != TERMS_NONE)
			why = reached(session, table->policy, table->offsets, now);
		if (why != SESSION_REASON_NONE)
			session_close(table, now, session->slot, why);
	}
	ask_for_counters(table, now);
}

uint64_t limits_next(const struct session_table *table)
{
	uint64_t next = TABLE_NEVER;

	table_foreach(session, table)
	{
		uint64_t idle = idle_end(session), time = time_end(session);

		next = idle < next ? idle : next;
		next = time < next ? time : next;
	}
	return next;
}

static json_t *left_json(uint64_t end, struct session_now now)
{
	if (end == TABLE_NEVER)
		return json_null();
	return json_integer(end > now.ms ? (json_int_t)((end - now.ms + 999) / 1000) : 0);
}

static json_t *time_json(int64_t wall)
{
	char text[RFC3339_MAX];

	return wall && rfc3339_text(wall, text) ? json_string(text) : json_null();
}

json_t *limits_json(const struct session_table *table, const struct session *session,
		    struct session_now now)
{
	const struct policy *policy = table->policy;
	const struct policy_group *group = policy_group(policy, session->terms.group);
	const struct policy_user *user =
	    session->terms.source == TERMS_LOCAL ? policy_user(policy, session->user) : NULL;
	int64_t hours = group ? hours_end(group, table->offsets, now.wall) : INT64_MAX;

	return json_pack("{s:o, s:o, s:o, s:o}", "idle", left_json(idle_end(session), now),
			 "session", left_json(time_end(session), now), "expires",
			 time_json(user ? user->expires : 0), "hours",
			 time_json(hours == INT64_MAX ? 0 : hours));
}
