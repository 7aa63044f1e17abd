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

static void close_expired(struct session_table *table, struct session_now now)
{
	table_foreach(session, table)
	{
		const struct policy_user *user =
		    session->user[0] ? policy_user(table->policy, session->user) : NULL;

		if (user && expiry_over(user, now.wall))
			session_close(table, now, session->slot, SESSION_USER_EXPIRED);
	}
}

void expiry_enforce(struct session_table *table, struct session_now now)
{
	const struct policy *policy = table->policy;

	if (now.wall >= table->expiry_from && now.wall < table->expiry_to)
		return;
	close_expired(table, now);
	table->expiry_from = now.wall;
	table->expiry_to = INT64_MAX;
	for (size_t i = 0; i < policy->users_count; i++) {
		int64_t expires = policy->users[i].expires;

		if (expires > now.wall && expires < table->expiry_to)
			table->expiry_to = expires;
	}
}
