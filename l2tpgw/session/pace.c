/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/pace.h"

#include <string.h>

#include "session/text.h"

static void ask(struct session_table *table, struct session *session, struct policy_rate rate)
{
	struct session_action *action = table_emit(table, SESSION_RATE, session);

	action->rate = rate;
	text_copy(action->ifname, sizeof(action->ifname), session->ifname);
	session->paced = rate;
}

void pace_link(struct session *session, const char *ifname)
{
	char name[SESSION_IFNAME_MAX];

	text_printable(ifname, strlen(ifname), name, sizeof(name));
	if (!strcmp(name, session->ifname))
		return;
	text_copy(session->ifname, sizeof(session->ifname), name);
	session->paced = (struct policy_rate){ .down = 0 };
}

void pace_follow(struct session_table *table, struct session *session)
{
	struct policy_rate rate = session->terms.rate;

	if (session->ifname[0] &&
	    (rate.down != session->paced.down || rate.up != session->paced.up))
		ask(table, session, rate);
}

void pace_forget(struct session *session)
{
	session->paced = (struct policy_rate){ .down = UINT64_MAX, .up = UINT64_MAX };
}

void pace_end(struct session_table *table, struct session *session)
{
	if (session->ifname[0] && (session->paced.down || session->paced.up))
		ask(table, session, (struct policy_rate){ .down = 0 });
}

void session_rate_failed(struct session_table *table, uint32_t slot)
{
	if (slot < FABRIC_SLOTS && table->slots[slot])
		pace_forget(table->slots[slot]);
}
