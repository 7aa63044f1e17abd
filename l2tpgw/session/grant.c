/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/grant.h"

void grant_given(struct session_table *table, const struct session *session)
{
	table_emit(table, SESSION_ALLOW, session);
}

void grant_taken(struct session_table *table, const struct session *session)
{
	table_emit(table, SESSION_DISALLOW, session);
}
