/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/verb.h"

#define SESSIONS_TIMEOUT_MS 10000
#define WATCH_INTERVAL_S    1

static const char *const titles[] = { "USER", "GROUP", "ADDRESS", "PEER", "INTERFACE", "STATE",
				      "FOR",  "IN",    "OUT",     "ESP",  "ID" };
#define COLUMNS (sizeof(titles) / sizeof(titles[0]))

static const char *session_for(struct arena *arena, const json_t *session)
{
	const char *since = json_string_value(json_object_get(session, "since"));
	struct tm tm = { 0 };
	char text[32];

	if (!since || !strptime(since, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return NULL;
	return arena_strdup(
	    arena, print_duration((json_int_t)(time(NULL) - timegm(&tm)), text, sizeof(text)));
}

static const char *session_bytes(struct arena *arena, const json_t *session, const char *key)
{
	const json_t *bytes = json_object_get(session, key);
	char text[32];

	if (!json_is_integer(bytes))
		return NULL;
	return arena_strdup(arena, print_bytes(json_integer_value(bytes), text, sizeof(text)));
}

static const char *session_peer(struct arena *arena, const json_t *session)
{
	const json_t *peer = json_object_get(session, "peer");

	return arena_printf(arena, "%s:%lld%s", print_text(peer, "address"),
			    (long long)json_integer_value(json_object_get(peer, "port")),
			    json_is_true(json_object_get(peer, "behind_nat")) ? " (NAT)" : "");
}

static void session_cells(struct arena *arena, const json_t *session, const char **cell)
{
	cell[0] = print_text(session, "user");
	cell[1] = print_text(session, "group");
	cell[2] = print_text(session, "address");
	cell[3] = session_peer(arena, session);
	cell[4] = print_text(session, "interface");
	cell[5] = print_text(session, "state");
	cell[6] = session_for(arena, session);
	cell[7] = session_bytes(arena, session, "rx_bytes");
	cell[8] = session_bytes(arena, session, "tx_bytes");
	cell[9] = print_text(json_object_get(session, "esp"), "proposal");
	cell[10] = print_text(session, "id");
}

static void print_sessions(const json_t *sessions)
{
	size_t rows = json_array_size(sessions);
	cleanup_arena struct arena *arena = arena_new();
	const char **cells = arena_alloc(arena, (rows * COLUMNS + 1) * sizeof(*cells));

	for (size_t row = 0; row < rows; row++)
		session_cells(arena, json_array_get(sessions, row), cells + row * COLUMNS);
	if (rows)
		print_table(titles, COLUMNS, cells, rows);
	else
		puts("nobody is connected");
	(void)fflush(stdout);
}

/* One session in full: "key: value" a line, nested members as "ike.proposal". */
static void print_members(const json_t *object, const char *prefix)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		char path[64];
		char *text;

		(void)snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "", key);
		if (json_is_object(value)) {
			print_members(value, path);
			continue;
		}
		text = json_is_string(value) ? strdup(json_string_value(value))
					     : json_dumps(value, JSON_ENCODE_ANY);
		printf("%-16s %s\n", path, text && !json_is_null(value) ? text : "-");
		free(text);
	}
}

static int sessions_once(const struct args *args, json_t **last, struct err *err)
{
	json_t *request = json_pack("{s:s, s:s?}", "verb", "sessions", "id", args->operand[0]);
	json_t *result = client_call(args->paths, request, SESSIONS_TIMEOUT_MS, err);
	const json_t *sessions = json_object_get(result, "sessions");

	json_decref(request);
	if (!result)
		return -1;
	if (!*last || !json_equal(*last, result)) {
		if (args->given[OPTION_JSON] && args->given[OPTION_WATCH])
			print_json_line(result);
		else if (args->given[OPTION_JSON])
			print_json(result);
		else if (args->operand[0])
			print_members(json_array_get(sessions, 0), "");
		else
			print_sessions(sessions);
	}
	json_decref(*last);
	*last = result;
	return 0;
}

int verb_sessions(const struct args *args, struct err *err)
{
	json_t *last = NULL;
	int result;

	do {
		result = sessions_once(args, &last, err);
		if (!result && args->given[OPTION_WATCH])
			(void)sleep(WATCH_INTERVAL_S);
	} while (!result && args->given[OPTION_WATCH]);
	json_decref(last);
	return result;
}
