/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/effects.h"

#include <stdio.h>
#include <string.h>

#include "apply/openings.h"
#include "apply/policy_changes.h"
#include "apply/step_changes.h"
#include "base/fabric.h"
#include "daemon/charon.h"
#include "daemon/counters.h"
#include "daemon/zones.h"

/* ---- whom a change ends the session of ---- */

/* Of everybody who has logged in. */
static void add_drops(const struct gateway *gateway, struct changes *changes, struct change *change)
{
	const struct session *session = NULL;

	while ((session = session_iterate(gateway->sessions, session))) {
		if (*session->user)
			change_drops(changes, change, session->user, session->id);
	}
}

/* Whether the change is that of "user NAME" or the like. */
static bool is_about(const struct change *change, const char *what, const char *name)
{
	size_t len = strlen(what);

	return !strncmp(change->object, what, len) && !strcmp(change->object + len, name);
}

/* What of the policy it is that ends the session: its user, its group, or what is in "ppp". */
static struct change *cause_of(struct changes *changes, const struct session *session)
{
	struct change *cause = NULL;

	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->list[i];

		if (is_about(change, "user ", session->user))
			return change;
		if (is_about(change, "group ", session->terms.group))
			cause = change;
		else if (!cause && (is_about(change, "policy ", "ppp.idle_timeout") ||
				    is_about(change, "policy ", "ppp.session_timeout")))
			cause = change;
	}
	return cause;
}

/* What only another charon of ours would read means nothing to anybody while there is none. */
static void add_drops_of_keys(const struct gateway *gateway, bool charon, struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->list[i];

		if (change->impact != KEY_DROPS || !strncmp(change->object, "user ", 5))
			continue;
		if (charon)
			add_drops(gateway, changes, change);
		else
			change->impact = KEY_LIVE;
	}
}

/*
 * The policy's changes say that they drop; here it is known whom. That a time has come already, or
 * how long a session has been there, is nothing that the two policies tell.
 */
static void add_drops_of_policy(const struct gateway *gateway, const struct policy *next,
				bool charon, struct changes *changes)
{
	int32_t offsets[POLICY_ZONES_MAX];
	const struct session *session = NULL;

	add_drops_of_keys(gateway, charon, changes);
	zones_now(next, offsets);
	counters_refresh(gateway);
	while ((session = session_iterate(gateway->sessions, session))) {
		struct change *change;

		if (!session_why_out(session, next, offsets, gateway_now()))
			continue;
		change = cause_of(changes, session);
		if (!change)
			continue;
		change_drops(changes, change, session->user, session->id);
		change->impact = KEY_DROPS;
	}
}

/* ---- workers ---- */

static const struct plan_worker *find_worker(const struct plan *plan, unsigned number)
{
	for (size_t i = 0; i < plan->workers_count; i++) {
		if (plan->workers[i].number == number)
			return &plan->workers[i];
	}
	return NULL;
}

static void add_workers(const struct plan *now, const struct plan *next, struct changes *changes)
{
	for (size_t i = 0; i < next->workers_count; i++) {
		const struct plan_worker *worker = &next->workers[i];
		const struct plan_worker *old = find_worker(now, worker->number);
		char object[32];

		(void)snprintf(object, sizeof(object), "worker xl2tpd-%u", worker->number);
		if (!worker->draining && (!old || old->draining))
			(void)change_add(changes, object, CHANGE_ADD, KEY_ROLLING, NULL);
		else if (worker->draining && old && !old->draining)
			(void)change_add(changes, object, CHANGE_REMOVE, KEY_ROLLING,
					 "ends when its last session has ended");
	}
}

/* ---- charon ---- */

static void add_secret(const struct effects_wish *wish, bool differs, struct effects *effects)
{
	bool missing = wish->holding && !wish->holding->secret;

	effects->secret = differs || missing;
	if (effects->secret)
		(void)change_add(&effects->changes, "secret " FABRIC_NAME,
				 missing ? CHANGE_ADD : CHANGE_SET, KEY_NEW_SESSIONS,
				 missing ? "charon does not hold it" : "differs");
}

static void add_connection(const struct effects_wish *wish, bool differs, struct effects *effects)
{
	const struct holding *holding = wish->holding;
	bool missing = holding && !holding->connection;
	const char *found = holding && *holding->difference ? holding->difference : NULL;

	effects->connection = differs || missing || found;
	if (effects->connection)
		(void)change_add(&effects->changes, "connection " FABRIC_NAME,
				 missing ? CHANGE_ADD : CHANGE_SET, KEY_NEW_SESSIONS,
				 missing ? "charon does not hold it" : found);
}

static bool needs_charon(const struct gateway *gateway, const struct plan *next, bool allow_drop)
{
	const struct plan *now = gateway->plan;

	if (now->charon_managed != next->charon_managed)
		return true;
	if (!next->charon_managed)
		return false;
	return strcmp(now->charon_digest, next->charon_digest) != 0 ||
	       (allow_drop && charon_is_outdated(gateway->charon, next->charon_digest));
}

static const char *charon_detail(const struct plan *now, const struct plan *next)
{
	if (now->charon_managed == next->charon_managed)
		return "is started anew";
	return next->charon_managed
		   ? "ours takes over"
		   : "ours ends; start the other one, which has a minute to answer";
}

static void add_charon(const struct gateway *gateway, const struct plan *next,
		       const struct effects_wish *wish, struct effects *effects)
{
	const struct plan *now = gateway->plan;
	struct change *change;

	if (effects->charon) {
		change = change_add(&effects->changes, "charon", CHANGE_SET, KEY_DROPS,
				    charon_detail(now, next));
		add_drops(gateway, &effects->changes, change);
	}
	add_secret(wish, !tree_equal(now->secret, next->secret), effects);
	add_connection(wish, !tree_equal(now->connection, next->connection), effects);
}

/* ---- other people's firewalls ---- */

/* One that cannot be looked at now is none of this change: `status` says so. */
static void add_openings(const struct gateway *gateway, const struct candidate *candidate,
			 struct arena *arena, struct effects *effects)
{
	const struct openings_wish wish = { .integrate = candidate->policy->firewall.integrate,
					    .wan = candidate->host.wan };
	struct opening_steps steps;
	struct err ignored;

	if (openings_diff(&gateway->paths, &wish, arena, &steps, &ignored) == 0)
		openings_changes(&effects->changes, &steps);
}

int effects_find(const struct gateway *gateway, const struct candidate *candidate,
		 const struct effects_wish *wish, struct arena *arena, struct effects *effects,
		 struct err *err)
{
	const struct machine machine = machine_here(&gateway->paths);

	*effects = (struct effects){ .changes = { .arena = arena } };
	if (apply_diff(&machine, candidate->plan, OBJECT_ALL, arena, &effects->steps, err) < 0)
		return -1;
	effects->charon = needs_charon(gateway, candidate->plan, wish->allow_drop);
	policy_changes(&effects->changes, gateway->policy, candidate->policy);
	add_drops_of_policy(gateway, candidate->policy, effects->charon, &effects->changes);
	effects->objects = effects->changes.count;
	step_changes(&effects->changes, &effects->steps);
	effects->openings = effects->changes.count;
	add_openings(gateway, candidate, arena, effects);
	effects->workers = effects->changes.count;
	add_workers(gateway->plan, candidate->plan, &effects->changes);
	effects->parts = effects->changes.count;
	add_charon(gateway, candidate->plan, wish, effects);
	return 0;
}

/* ---- may it? ---- */

static bool is_of_others(const struct change *change, const char *user)
{
	for (size_t i = 0; i < change->drops_count; i++) {
		if (strcmp(change->drops[i].user, user) != 0)
			return true;
	}
	return false;
}

int effects_check_drops(const struct effects *effects, const char *user, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	for (size_t i = 0; i < effects->changes.count; i++) {
		const struct change *change = &effects->changes.list[i];

		if (!is_of_others(change, user))
			continue;
		buf_printf(&text, "  %s ", change->object);
		change_impact_text(change, &text);
		buf_putc(&text, '\n');
	}
	if (!text.len)
		return 0;
	return err_set(err, ERR_FAILED,
		       "this would end %zu sessions, so nothing was changed:\n%sTo do it all the "
		       "same: --allow-drop",
		       changes_dropped(&effects->changes), buf_text(&text));
}
