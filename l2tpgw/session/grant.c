/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/grant.h"

#include "session/holders.h"
#include "session/pace.h"

void grant_given(struct session_table *table, struct session *session)
{
	bool inherited = holders_take(table->holders, session->address, session->user);

	table_emit(table, SESSION_ALLOW, session)->inherited = inherited;
	pace_follow(table, session);
}

void grant_taken(struct session_table *table, struct session *session)
{
	table_emit(table, SESSION_DISALLOW, session);
	pace_end(table, session);
}
