/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/planning.h"

#include <stdlib.h>

#include "apply/history.h"
#include "daemon/charon.h"
#include "daemon/control.h"
#include "daemon/effects.h"
#include "daemon/loop.h"
#include "daemon/transaction.h"
#include "daemon/workers.h"

#define AGAIN_MS    20
#define PATIENCE_MS 10000 /* with what l2tpgwd does by itself */

struct planning {
	struct gateway *gateway;
	struct buf text; /* nothing = what is on disk */
	struct candidate candidate;
	uint64_t client;
	uint64_t deadline; /* ms */
	struct loop_timer timer;
};

static void end(struct planning *planning, json_t *result, const struct err *err)
{
	control_finish(planning->gateway->control, planning->client, result, err);
	loop_timer_free(&planning->timer);
	candidate_free(&planning->candidate);
	buf_free(&planning->text);
	free(planning);
}

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
	end(planning, result, &err);
}

/*
 * A worker that has drained, say, leaves with its address and its file in a moment, whatever is
 * applied: that is no difference between the policy and what runs.
 */
static bool must_wait(const struct planning *planning)
{
	const struct gateway *gateway = planning->gateway;

	return !gateway->stopping && loop_ms() < planning->deadline &&
	       (transaction_is_following(gateway) || workers_will_follow(gateway->workers));
}

/* Made anew after each wait: the workers, and the network, may be others. */
static int load(struct planning *planning, struct err *err)
{
	struct candidate *candidate = &planning->candidate;
	cleanup_buf struct buf text = BUF_INIT;

	candidate_free(candidate);
	if (!planning->text.data)
		return candidate_from_disk(planning->gateway, candidate, err);
	buf_append(&text, buf_text(&planning->text), planning->text.len);
	return candidate_from_text(planning->gateway, &text, candidate, err);
}

static void look(void *user);

static void looked(void *user, const struct holding *holding, const struct err *why)
{
	struct planning *planning = user;

	(void)why;
	if (must_wait(planning))
		look(planning);
	else
		finish(planning, holding);
}

/* A charon that cannot be asked is not drift: it is given everything once it can. */
static void look(void *user)
{
	struct planning *planning = user;
	struct link *link = charon_link(planning->gateway->charon);
	struct err err = { .code = ERR_NONE };

	if (must_wait(planning))
		loop_timer_in(&planning->timer, AGAIN_MS);
	else if (load(planning, &err) < 0)
		end(planning, NULL, &err);
	else if (!link || holding_ask(link, planning->candidate.plan, looked, planning, &err) < 0)
		finish(planning, NULL);
}

void planning_begin(struct gateway *gateway, struct buf *text, uint64_t client)
{
	struct planning *planning = mem_alloc(sizeof(*planning));

	*planning = (struct planning){ .gateway = gateway,
				       .text = BUF_INIT,
				       .candidate = { .text = BUF_INIT },
				       .client = client,
				       .deadline = loop_ms() + PATIENCE_MS };
	if (text) {
		planning->text = *text;
		*text = (struct buf)BUF_INIT;
	}
	loop_timer_init(&planning->timer, gateway->loop, look, planning);
	look(planning);
}
