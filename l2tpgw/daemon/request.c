/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/json.h"

static const struct {
	const char *name;
	bool changes;
} verbs[REQUEST_VERBS] = {
	[REQUEST_STATUS] = { "status", false },
	[REQUEST_SESSIONS] = { "sessions", false },
	[REQUEST_APPLY] = { "apply", true },
	[REQUEST_DOWN] = { "down", true },
};

static int parse_verb(const json_t *root, struct request *request, struct err *err)
{
	const char *verb = json_string_value(json_object_get(root, "verb"));

	for (size_t i = 0; verb && i < REQUEST_VERBS; i++) {
		if (strcmp(verbs[i].name, verb) != 0)
			continue;
		request->verb = (enum request_verb)i;
		return 0;
	}
	return err_set(err, ERR_USAGE, "l2tpgwd %s does not know that request", L2TPGW_VERSION);
}

static int parse_id(const json_t *root, struct request *request, struct err *err)
{
	const json_t *id = json_object_get(root, "id");

	if (!id || json_is_null(id))
		return 0;
	if (!json_string_length(id) || json_string_length(id) >= sizeof(request->id))
		return err_set(err, ERR_USAGE, "that is no id of a session");
	(void)snprintf(request->id, sizeof(request->id), "%s", json_string_value(id));
	return 0;
}

int request_parse(const char *line, size_t len, struct request *request, struct err *err)
{
	json_error_t syntax;
	json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, &syntax);
	int result;

	memset(request, 0, sizeof(*request));
	if (!json_is_object(root))
		result = err_set(err, ERR_USAGE, "malformed request");
	else
		result = parse_verb(root, request, err) < 0 ? -1 : parse_id(root, request, err);
	json_decref(root);
	return result;
}

bool request_changes(enum request_verb verb)
{
	return verbs[verb].changes;
}

static json_t *error_json(const struct err *err)
{
	if (err->code == ERR_NONE)
		return json_pack("{s:{s:i, s:s}}", "error", "code", (int)ERR_INTERNAL, "text",
				 "l2tpgwd could not make its answer");
	return json_pack("{s:{s:i, s:o}}", "error", "code", (int)err->code, "text",
			 json_text(err->text));
}

void request_reply(struct buf *out, json_t *result, const struct err *err)
{
	json_t *line = result ? json_pack("{s:o}", "ok", result) : error_json(err);
	char *text = json_dumps(line, JSON_COMPACT);

	json_decref(line);
	buf_puts(out, text ? text : "{}");
	buf_putc(out, '\n');
	free(text);
}
