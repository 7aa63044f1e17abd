/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/foreign.h"

#include "base/log.h"
#include "drive/net_rule.h"

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
	/* Of the others l2tpgw doctor tells. */
	for (size_t i = 0; i < count && used < SESSION_FOREIGN_MAX; i++) {
		if (net_rule_run(&list[i]) <= NET_RULE_RUN_AVOIDABLE)
			foreign[used++] = (struct session_foreign){ list[i].mark, list[i].mask };
	}
	session_foreign_marks(gateway->sessions, foreign, used);
}
