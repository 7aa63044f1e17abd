/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/verb.h"

#define BANS_TIMEOUT_MS 10000
#define COLUMNS         5

static const char *or_dash(const json_t *ban, const char *name)
{
	return json_is_string(json_object_get(ban, name)) ? print_text(ban, name) : "-";
}

static void print_bans(const json_t *bans)
{
	static const char *const titles[COLUMNS] = { "USER", "PEER", "SINCE", "UNTIL", "REASON" };
	static const char *const names[COLUMNS] = { "user", "peer", "since", "until", "reason" };
	size_t rows = json_array_size(bans);
	cleanup_arena struct arena *arena = arena_new();
	const char **cells = arena_alloc(arena, (rows * COLUMNS + 1) * sizeof(*cells));

	for (size_t row = 0; row < rows; row++) {
		for (size_t column = 0; column < COLUMNS; column++)
			cells[row * COLUMNS + column] =
			    or_dash(json_array_get(bans, row), names[column]);
	}
	if (rows)
		print_table(titles, COLUMNS, cells, rows);
	else
		puts("nobody is banned");
}

/* `bans` or `bans lift USER`, with an address in place of a user. */
static json_t *make_request(const struct args *args, struct err *err)
{
	const char *verb = args->operand[0], *user = args->operand[1];
	json_t *request;

	if (!verb)
		return json_pack("{s:s}", "verb", "bans");
	if (strcmp(verb, "lift") != 0 || !user) {
		(void)err_set(err, ERR_USAGE, "bans: \"%.32s\" %s; see l2tpgw bans --help", verb,
			      user ? "is not lift"
				   : "is too little: it is bans lift USER or "
				     "bans lift ADDRESS");
		return NULL;
	}
	request = json_pack("{s:s, s:s}", "verb", "lift", "target", user);
	if (!request)
		(void)err_set(err, ERR_USAGE, "bans: that is neither a user nor an address");
	return request;
}

int verb_bans(const struct args *args, struct err *err)
{
	json_t *request = make_request(args, err), *result;

	if (!request)
		return -1;
	result = client_call(args->paths, request, BANS_TIMEOUT_MS, err);
	json_decref(request);
	if (!result)
		return -1;
	if (args->given[OPTION_JSON])
		print_json(result);
	else if (args->operand[0])
		printf("%s may log in again\n", args->operand[1]);
	else
		print_bans(json_object_get(result, "bans"));
	json_decref(result);
	return 0;
}
