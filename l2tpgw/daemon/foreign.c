/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/foreign.h"

#include "base/log.h"
#include "drive/net_rule.h"

/*
 * charon's marks count up by one. A rule that takes so many in a row is not got past by closing SAs
 * one after the other; l2tpgw doctor tells of those.
 */
#define RUN_MAX 16

static uint32_t longest_run(const struct net_rule *rule)
{
	return rule->mask & -rule->mask;
}

void foreign_look(struct gateway *gateway)
{
	cleanup_arena struct arena *arena = arena_new();
	struct session_foreign foreign[SESSION_FOREIGN_MAX];
	struct err err = { .code = ERR_NONE };
	size_t count, used = 0;
	struct net_rule *list;

	if (net_rule_list(arena, &list, &count, &err) < 0) {
		log_warning("%s", err.text);
		return;
	}
	for (size_t i = 0; i < count && used < SESSION_FOREIGN_MAX; i++) {
		if (longest_run(&list[i]) <= RUN_MAX)
			foreign[used++] = (struct session_foreign){ list[i].mark, list[i].mask };
	}
	session_foreign_marks(gateway->sessions, foreign, used);
}
