/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/kick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rfc3339.h"
#include "daemon/bans.h"
#include "daemon/control.h"
#include "daemon/loop.h"
#include "policy/json.h"
#include "session/ban.h"

#define LOOK_MS 50
#define WAIT_MS 25000 /* every goodbye has a time limit; together they are below this */

struct kicked {
	char id[SESSION_ID_MAX];
	char user[SESSION_USER_MAX];
};

struct kick {
	struct gateway *gateway;
	struct arena *arena;
	uint64_t client, began;
	const char *target;
	const char *user; /* banned; NULL = nobody */
	struct kicked *list;
	size_t count;
	struct loop_timer timer;
};

static bool is_gone(const struct kick *kick, const struct kicked *kicked)
{
	return !session_by_id(kick->gateway->sessions, kicked->id);
}

static size_t remaining(const struct kick *kick)
{
	size_t count = 0;

	for (size_t i = 0; i < kick->count; i++)
		count += !is_gone(kick, &kick->list[i]);
	return count;
}

static json_t *sessions_json(const struct kick *kick)
{
	json_t *list = json_array();

	for (size_t i = 0; i < kick->count; i++) {
		const struct kicked *kicked = &kick->list[i];

		json_array_append_new(
		    list, json_pack("{s:s, s:o, s:b}", "id", kicked->id, "user",
				    *kicked->user ? json_text(kicked->user) : json_null(), "gone",
				    is_gone(kick, kicked)));
	}
	return list;
}

static json_t *until_json(const struct kick *kick)
{
	const struct session_ban *ban =
	    kick->user ? session_ban_of(kick->gateway->sessions, gateway_now().wall, kick->user, 0)
		       : NULL;
	char text[RFC3339_MAX];

	return ban && rfc3339_text(ban->until, text) ? json_string(text) : json_null();
}

static json_t *answer(const struct kick *kick)
{
	return json_pack("{s:s, s:o, s:i, s:i, s:f, s:o, s:o, s:o}", "schema", "l2tpgw.kick/1",
			 "target", json_text(kick->target), "kicked", (int)kick->count, "remaining",
			 (int)remaining(kick), "seconds", (double)(loop_ms() - kick->began) / 1000,
			 "banned", kick->user ? json_text(kick->user) : json_null(), "banned_until",
			 until_json(kick), "sessions", sessions_json(kick));
}

static void look(void *user)
{
	struct kick *kick = user;
	const struct err none = { .code = ERR_NONE };

	if (remaining(kick) && loop_ms() - kick->began < WAIT_MS) {
		loop_timer_in(&kick->timer, LOOK_MS);
		return;
	}
	control_finish(kick->gateway->control, kick->client, answer(kick), &none);
	loop_timer_free(&kick->timer);
	arena_free(kick->arena);
}

static bool is_meant(const struct kick *kick, const struct session *session)
{
	if (kick->user)
		return !strcmp(session->user, kick->user);
	return !strcmp(session->id, kick->target) || !strcmp(session->user, kick->target);
}

static void end_sessions(struct kick *kick)
{
	struct session_table *sessions = kick->gateway->sessions;
	const struct session *session = NULL;

	while ((session = session_iterate(sessions, session))) {
		struct kicked *kicked;

		if (!is_meant(kick, session))
			continue;
		kicked =
		    arena_push(kick->arena, (void **)&kick->list, &kick->count, sizeof(*kicked));
		memcpy(kicked->id, session->id, sizeof(kicked->id));
		memcpy(kicked->user, session->user, sizeof(kicked->user));
	}
	for (size_t i = 0; i < kick->count; i++) {
		session = session_by_id(sessions, kick->list[i].id);
		if (session)
			session_close(sessions, gateway_now(), session->slot, SESSION_KICKED);
	}
}

/* The user that is meant; "" if it is a session over which nobody has logged in. */
static int find_user(const struct gateway *gateway, const char *target, bool ban, const char **user,
		     struct err *err)
{
	const struct session *session = session_by_id(gateway->sessions, target);
	const struct policy_user *known = policy_user(gateway->policy, target);
	const struct session *other = NULL;

	*user = session ? session->user : target;
	while (!session && (other = session_iterate(gateway->sessions, other))) {
		if (!strcmp(other->user, target))
			return 0;
	}
	if (session && (!ban || *session->user))
		return 0;
	if (session)
		return err_set(err, ERR_FAILED,
			       "nobody has logged in over session %s: there is no user to ban. "
			       "Nothing was changed; without --ban it is ended",
			       target);
	if (known && ban)
		return 0;
	if (known)
		return err_set(err, ERR_FAILED, "\"%s\" is not connected; nothing was changed",
			       target);
	return err_set(err, ERR_FAILED,
		       "there is neither a session nor a user \"%s\"; l2tpgw sessions lists who is "
		       "connected",
		       target);
}

int kick_begin(struct gateway *gateway, const char *target, unsigned ban, uint64_t client,
	       struct err *err)
{
	struct arena *arena;
	struct kick *kick;
	const char *user;

	if (find_user(gateway, target, ban != 0, &user, err) < 0 ||
	    (ban && bans_add(gateway, user, ban, err) < 0))
		return -1;
	arena = arena_new();
	kick = arena_alloc(arena, sizeof(*kick));
	*kick = (struct kick){ .gateway = gateway,
			       .arena = arena,
			       .client = client,
			       .began = loop_ms(),
			       .target = arena_strdup(arena, target),
			       .user = ban ? arena_strdup(arena, user) : NULL };
	end_sessions(kick);
	loop_timer_init(&kick->timer, gateway->loop, look, kick);
	loop_timer_in(&kick->timer, 0);
	return 0;
}
