/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/rfc3339.h"
#include "base/utf8.h"
#include "cli/client.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "policy/json.h"

#define SESSIONS_TIMEOUT_MS 10000

static const char *const titles[] = { "USER",    "GROUP",   "STATE",  "SESSIONS",
				      "ADDRESS", "EXPIRES", "COMMENT" };
#define COLUMNS array_size(titles)

/* How many sessions each user has; NULL if the gateway does not run. */
static json_t *count_sessions(const struct paths *paths)
{
	struct err ignored = { .code = ERR_NONE };
	json_t *reply = client_verb(paths, "sessions", SESSIONS_TIMEOUT_MS, &ignored);
	json_t *counts = reply ? json_object() : NULL;
	const json_t *session;
	size_t i;

	json_array_foreach(json_object_get(reply, "sessions"), i, session)
	{
		const char *user = json_string_value(json_object_get(session, "user"));
		json_int_t count = json_integer_value(json_object_get(counts, user ? user : ""));

		if (user)
			json_object_set_new(counts, user, json_integer(count + 1));
	}
	json_decref(reply);
	return counts;
}

/* A policy does not keep them: out of its text, in the order of its users. */
static const char **comments_of(const struct policy_file *file, struct arena *arena)
{
	const struct policy *policy = file->policy;
	const char **comments = arena_alloc(arena, (policy->users_count + 1) * sizeof(*comments));
	const json_t *user;
	struct json_wiping saved;
	json_t *root;
	size_t i;

	json_wiping_begin(&saved);
	root = json_loadb(buf_text(&file->text), file->text.len, 0, NULL);
	json_array_foreach(json_object_get(root, "users"), i, user)
	{
		const char *name = json_string_value(json_object_get(user, "name"));
		const char *comment = json_string_value(json_object_get(user, "comment"));

		if (name && comment)
			comments[policy_user(policy, name) - policy->users] =
			    arena_strdup(arena, comment);
	}
	json_decref(root);
	json_wiping_end(&saved);
	return comments;
}

/* Without what a terminal would obey. */
static const char *printable(struct arena *arena, const char *text)
{
	cleanup_buf struct buf out = BUF_INIT;
	uint32_t code = 0;

	for (size_t step, left = strlen(text); left; text += step, left -= step) {
		step = utf8_decode(text, left, &code);
		if (step && utf8_width(code) >= 0)
			buf_append(&out, text, step);
		else
			buf_putc(&out, '?');
		step = step ? step : 1;
	}
	return arena_strdup(arena, buf_text(&out));
}

static const char *state_of(const struct policy_user *user)
{
	if (user->disabled)
		return "disabled";
	return user->expires && user->expires <= (int64_t)time(NULL) ? "expired" : "active";
}

static json_t *user_json(const struct policy_user *user, const char *comment, const json_t *counts)
{
	char address[IP4_TEXT_MAX], expires[RFC3339_MAX];
	json_t *sessions =
	    counts ? json_integer(json_integer_value(json_object_get(counts, user->name)))
		   : json_null();

	return json_pack("{s:s, s:s, s:s, s:b, s:s?, s:s?, s:s?, s:o}", "name", user->name, "group",
			 user->group, "state", state_of(user), "disabled", user->disabled,
			 "address", user->address ? ip4_text(user->address, address) : NULL,
			 "expires", user->expires ? rfc3339_text(user->expires, expires) : NULL,
			 "comment", comment, "sessions", sessions);
}

static void print_users(const json_t *users)
{
	cleanup_arena struct arena *arena = arena_new();
	size_t rows = json_array_size(users), i;
	const char **cells = arena_alloc(arena, (rows * COLUMNS + 1) * sizeof(*cells));
	const json_t *user;

	json_array_foreach(users, i, user)
	{
		const char **cell = cells + i * COLUMNS;
		const json_t *sessions = json_object_get(user, "sessions");

		cell[0] = print_text(user, "name");
		cell[1] = print_text(user, "group");
		cell[2] = print_text(user, "state");
		cell[3] = json_is_integer(sessions)
			      ? arena_printf(arena, "%lld", (long long)json_integer_value(sessions))
			      : NULL;
		cell[4] = print_text(user, "address");
		cell[5] = print_text(user, "expires");
		cell[6] = printable(arena, print_text(user, "comment"));
	}
	if (rows)
		print_table(titles, COLUMNS, cells, rows);
	else
		puts("there are no users");
}

static json_t *users_json(const struct policy_file *file, const json_t *counts)
{
	cleanup_arena struct arena *arena = arena_new();
	const char **comments = comments_of(file, arena);
	json_t *users = json_array();

	for (size_t i = 0; i < file->policy->users_count; i++)
		json_array_append_new(users,
				      user_json(&file->policy->users[i], comments[i], counts));
	return users;
}

int verb_user_list(const struct args *args, struct err *err)
{
	cleanup_policy_file struct policy_file file = { .path = args->paths->policy,
							.strict = true };
	json_t *counts, *result;
	int loaded;

	if (geteuid() != 0)
		return err_set(err, ERR_PERMISSION,
			       "the users stand in the policy, which only root may read");
	loaded = load_policy(&file, err);
	if (loaded)
		return loaded;
	counts = count_sessions(args->paths);
	result =
	    json_pack("{s:s, s:o}", "schema", "l2tpgw.users/1", "users", users_json(&file, counts));
	if (args->given[OPTION_JSON])
		print_json(result);
	else
		print_users(json_object_get(result, "users"));
	json_decref(result);
	json_decref(counts);
	return 0;
}
