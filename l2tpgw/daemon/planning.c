/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/planning.h"

#include <stdlib.h>

#include "apply/history.h"
#include "daemon/charon.h"
#include "daemon/control.h"
#include "daemon/effects.h"

struct planning {
	struct gateway *gateway;
	struct candidate candidate;
	uint64_t client;
};

static json_t *plan_json(const struct gateway *gateway, const struct effects *effects,
			 struct err *err)
{
	unsigned current;

	if (history_current(&gateway->paths, &current, err) < 0)
		return NULL;
	return json_pack("{s:s, s:o, s:o, s:i, s:i}", "schema", "l2tpgw.plan/1", "changes",
			 changes_json(&effects->changes), "generation",
			 current ? json_integer(current) : json_null(), "sessions",
			 (int)session_count(gateway->sessions, SESSION_UP), "dropped",
			 (int)changes_dropped(&effects->changes));
}

static void finish(struct planning *planning, const struct holding *holding)
{
	const struct effects_wish wish = { .holding = holding, .allow_drop = true };
	struct gateway *gateway = planning->gateway;
	cleanup_arena struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	struct effects effects;
	json_t *result = NULL;

	if (effects_find(gateway, &planning->candidate, &wish, arena, &effects, &err) == 0)
		result = plan_json(gateway, &effects, &err);
	control_finish(gateway->control, planning->client, result, &err);
	candidate_free(&planning->candidate);
	free(planning);
}

static void looked(void *user, const struct holding *holding, const struct err *why)
{
	(void)why;
	finish(user, holding);
}

/* A charon that cannot be asked is not drift: it is given everything once it can. */
int planning_begin(struct gateway *gateway, struct buf *text, uint64_t client, struct err *err)
{
	struct link *link = charon_link(gateway->charon);
	struct candidate candidate;
	struct planning *planning;
	struct err ignored;

	if ((text ? candidate_from_text(gateway, text, &candidate, err)
		  : candidate_from_disk(gateway, &candidate, err)) < 0)
		return -1;
	planning = mem_alloc(sizeof(*planning));
	*planning =
	    (struct planning){ .gateway = gateway, .candidate = candidate, .client = client };
	if (!link || holding_ask(link, planning->candidate.plan, looked, planning, &ignored) < 0)
		finish(planning, NULL);
	return 0;
}
