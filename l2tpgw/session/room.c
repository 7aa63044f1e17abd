/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/room.h"

#include <limits.h>
#include <string.h>

#include "base/cleanup.h"
#include "session/machine.h"

/* Among whom it is counted. */
struct scope {
	const char *user, *group; /* NULL = whoever */
	unsigned max;
	enum policy_when_full when_full;
	enum session_denial denial;
};

static bool is_in(const struct session *session, const struct scope *scope)
{
	return session->pppd.pid && (!scope->user || !strcmp(session->user, scope->user)) &&
	       (!scope->group || !strcmp(session->terms.group, scope->group));
}

/* It has been ended for the sake of another, which takes its place. */
static bool makes_room(const struct session *session)
{
	return session->state == SESSION_CLOSING &&
	       (session->reason == SESSION_REPLACED || session->reason == SESSION_OUSTED);
}

/* Who is still dialing is younger than who is up. */
static bool is_older(const struct session *a, const struct session *b)
{
	if ((a->state == SESSION_UP) != (b->state == SESSION_UP))
		return a->state == SESSION_UP;
	return a->since < b->since;
}

static struct session *find_oldest(struct session_table *table, const struct scope *scope)
{
	struct session *oldest = NULL;

	table_foreach(session, table)
	{
		if (is_in(session, scope) && session->state != SESSION_CLOSING &&
		    (!oldest || is_older(session, oldest)))
			oldest = session;
	}
	return oldest;
}

static enum room make(struct session_table *table, struct session_now now,
		      const struct scope *scope)
{
	unsigned count = 0, leaving = 0;
	struct session *oldest;

	table_foreach(session, table)
	{
		count += is_in(session, scope) && !makes_room(session);
		leaving += is_in(session, scope) && session->state == SESSION_CLOSING &&
			   !makes_room(session);
	}
	if (count < scope->max)
		return ROOM_FREE;
	if (count - leaving < scope->max)
		return ROOM_WAIT;
	oldest = scope->when_full == POLICY_CLOSE_OLDEST ? find_oldest(table, scope) : NULL;
	if (!oldest)
		return ROOM_FULL;
	machine_close(table, oldest, now, SESSION_OUSTED, true);
	return ROOM_WAIT;
}

/* In a policy 0 is none. */
static unsigned limit(unsigned max)
{
	return max ? max : UINT_MAX;
}

enum room room_make(struct session_table *table, struct session_now now,
		    const struct session_terms *terms, const char *name,
		    enum session_denial *denial)
{
	const struct policy *policy = table->policy;
	const struct policy_group *group = policy_group(policy, terms->group);
	const struct policy_user *user =
	    terms->source == TERMS_LOCAL ? policy_user(policy, name) : NULL;
	const struct scope scopes[] = {
		{ .user = name,
		  .max =
		      limit(user && user->max_sessions ? user->max_sessions : group->user_sessions),
		  .when_full = group->when_full,
		  .denial = SESSION_DENY_USER_LIMIT },
		{ .group = terms->group,
		  .max = limit(group->max_sessions),
		  .when_full = group->when_full,
		  .denial = SESSION_DENY_GROUP_LIMIT },
		{ .max = policy->l2tp.max_sessions,
		  .when_full = policy->l2tp.when_full,
		  .denial = SESSION_DENY_LIMIT },
	};
	enum room room = ROOM_FREE;

	for (size_t i = 0; i < array_size(scopes) && room == ROOM_FREE; i++) {
		*denial = scopes[i].denial;
		room = make(table, now, &scopes[i]);
	}
	return room;
}
