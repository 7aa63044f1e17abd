/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/expiry.h"

bool expiry_over(const struct policy_user *user, int64_t wall)
{
	return user->expires && user->expires <= wall;
}

void expiry_forget(struct session_table *table)
{
	table->expiry_from = table->expiry_to = 0;
}

enum session_reason expiry_why_out(const struct policy_user *user, int64_t wall)
{
	if (!user)
		return SESSION_USER_REMOVED;
	if (user->disabled)
		return SESSION_USER_DISABLED;
	return expiry_over(user, wall) ? SESSION_USER_EXPIRED : SESSION_REASON_NONE;
}

static void close_locked_out(struct session_table *table, struct session_now now)
{
	table_foreach(session, table)
	{
		enum session_reason why;

		if (session->terms.source != TERMS_LOCAL)
			continue;
		why = expiry_why_out(policy_user(table->policy, session->user), now.wall);
		if (why != SESSION_REASON_NONE)
			session_close(table, now, session->slot, why);
	}
}

void expiry_enforce(struct session_table *table, struct session_now now)
{
	const struct policy *policy = table->policy;

	if (now.wall >= table->expiry_from && now.wall < table->expiry_to)
		return;
	close_locked_out(table, now);
	table->expiry_from = now.wall;
	table->expiry_to = INT64_MAX;
	for (size_t i = 0; i < policy->users_count; i++) {
		int64_t expires = policy->users[i].expires;

		if (expires > now.wall && expires < table->expiry_to)
			table->expiry_to = expires;
	}
}
