/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/lockout.h"

#include <string.h>

#include "session/report.h"
#include "session/table.h"
#include "session/text.h"

bool lockout_spares(const struct session_table *table, uint32_t address)
{
	const struct policy_nets *nets = &table->policy->firewall.brute_force.allow;

	for (size_t i = 0; i < nets->count; i++) {
		if (ip4_in(address, nets->net[i]))
			return true;
	}
	return false;
}

bool lockout_trusts(const struct session_table *table, int64_t wall, uint32_t address)
{
	if (suspicion_trusts(table->suspicion, wall, address))
		return true;
	table_foreach(session, table)
	{
		if (session->state == SESSION_UP && session->ike.remote == address)
			return true;
	}
	return false;
}

bool lockout_is_only(const struct session_table *table, int64_t wall, uint32_t address,
		     const char *user)
{
	table_foreach(session, table)
	{
		if (session->ike.remote == address && *session->user &&
		    strcmp(session->user, user) != 0)
			return false;
	}
	return suspicion_is_only(table->suspicion, wall, address, user);
}

static bool is_banned_already(const struct session_table *table, int64_t wall,
			      const struct session_ban *like)
{
	for (size_t i = 0; i < table->bans.count; i++) {
		const struct session_ban *ban = &table->bans.list[i];

		if (ban->until > wall && ban->address == like->address &&
		    !strcmp(ban->user, like->user))
			return true;
	}
	return false;
}

static void pronounce(struct session_table *table, enum suspicion_verdict verdict,
		      struct session_ban *ban, const char *user)
{
	switch (verdict) {
	case SUSPICION_NONE:
		return;
	case SUSPICION_OF_ADDRESS:
		break;
	case SUSPICION_OF_USER:
		ban->address = 0;
		text_copy(ban->user, sizeof(ban->user), user);
		break;
	case SUSPICION_OF_USER_THERE:
		text_copy(ban->user, sizeof(ban->user), user);
		break;
	}
	if (is_banned_already(table, ban->since, ban))
		return;
	session_ban_add(table, ban);
	report_banned(table, ban);
}

void lockout_failed(struct session_table *table, struct session_now now, uint32_t address,
		    const char *user, enum session_ban_why why)
{
	const struct suspicion_rule rule = {
		.failures = table->policy->firewall.brute_force.failures,
		.window = table->policy->firewall.brute_force.window,
	};
	const struct suspicion_failure failure = {
		.wall = now.wall,
		.address = address,
		.user = user,
		.trusted = lockout_trusts(table, now.wall, address),
	};
	struct session_ban ban = {
		.address = address,
		.since = now.wall,
		.until = now.wall + table->policy->firewall.brute_force.ban,
		.why = why,
	};

	if (!rule.failures || !address || lockout_spares(table, address))
		return;
	pronounce(table, suspicion_failed(table->suspicion, &rule, &failure), &ban, user);
}

void lockout_follow(struct session_table *table)
{
	for (size_t i = table->bans.count; i-- > 0;) {
		const struct session_ban *ban = &table->bans.list[i];

		if (ban->why != SESSION_BAN_BY_HAND && ban->address &&
		    lockout_spares(table, ban->address))
			session_ban_drop(table, i);
	}
}

void lockout_passed(struct session_table *table, struct session_now now,
		    const struct session *session)
{
	if (session->ike.remote && session->user[0])
		suspicion_passed(table->suspicion, now.wall, session->ike.remote, session->user);
}

void lockout_are_on(struct session_table *table, int64_t wall)
{
	table_foreach(session, table)
	{
		if (session->state == SESSION_UP && session->ike.remote)
			suspicion_still_on(table->suspicion, wall, session->ike.remote,
					   session->user);
	}
}

void lockout_was_on(struct session_table *table, struct session_now now,
		    const struct session *session)
{
	if (session->ike.remote && session->user[0])
		suspicion_was_on(table->suspicion, now.wall, session->ike.remote, session->user);
}

void session_psk_failed(struct session_table *table, struct session_now now, uint32_t address)
{
	lockout_failed(table, now, address, NULL, SESSION_BAN_PSK);
}
