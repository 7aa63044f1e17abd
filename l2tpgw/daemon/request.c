/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "policy/json.h"
#include "session/ban.h"

enum member_type {
	MEMBER_TEXT,
	MEMBER_CUT,
	MEMBER_DIGEST,
	MEMBER_POLICY,
	MEMBER_FLAG,
	MEMBER_COUNT
};

struct member {
	const char *name;
	enum member_type type;
	size_t offset;
	size_t max; /* bytes with the NUL; of MEMBER_COUNT the number itself */
};

#define AT(field)   offsetof(struct request, field)
#define SIZE(field) sizeof(((struct request *)0)->field)

static const struct member members[] = {
	{ "id", MEMBER_TEXT, AT(id), SIZE(id) },
	{ "policy", MEMBER_POLICY, AT(policy), POLICY_BYTES_MAX },
	{ "base", MEMBER_DIGEST, AT(base), SIZE(base) },
	{ "what", MEMBER_CUT, AT(what), SIZE(what) },
	{ "allow_drop", MEMBER_FLAG, AT(allow_drop), 0 },
	{ "allow_drop_of", MEMBER_TEXT, AT(allow_drop_of), SIZE(allow_drop_of) },
	{ "confirm_within", MEMBER_COUNT, AT(confirm_within), REQUEST_CONFIRM_MAX },
	{ "target", MEMBER_TEXT, AT(target), SIZE(target) },
	{ "ban", MEMBER_COUNT, AT(ban), SESSION_BAN_SECONDS_MAX },
	{ "generation", MEMBER_COUNT, AT(generation), 1000000000 },
};

#define OF_APPLY "what", "allow_drop", "allow_drop_of", "confirm_within"

static const struct {
	const char *name;
	bool for_root;
	bool strict;            /* what is not understood is not ignored */
	const char *members[8]; /* it takes */
} verbs[REQUEST_VERBS] = {
	[REQUEST_STATUS] = { "status", false, false, { NULL } },
	[REQUEST_SESSIONS] = { "sessions", false, false, { "id" } },
	[REQUEST_PLAN] = { "plan", true, true, { "policy" } },
	[REQUEST_APPLY] = { "apply", true, true, { "policy", "base", OF_APPLY } },
	[REQUEST_ROLLBACK] = { "rollback", true, true, { "generation", OF_APPLY } },
	[REQUEST_CONFIRM] = { "confirm", true, true, { NULL } },
	[REQUEST_DOWN] = { "down", true, false, { NULL } },
	[REQUEST_KICK] = { "kick", true, true, { "target", "ban" } },
	[REQUEST_BANS] = { "bans", false, false, { NULL } },
	[REQUEST_LIFT] = { "lift", true, true, { "target" } },
};

static int parse_verb(const json_t *root, struct request *request, struct err *err)
{
	const char *verb = json_string_value(json_object_get(root, "verb"));

	for (size_t i = 0; verb && i < REQUEST_VERBS; i++) {
		if (strcmp(verbs[i].name, verb) != 0)
			continue;
		request->verb = (enum request_verb)i;
		(void)snprintf(request->what, sizeof(request->what), "%s", verb);
		return 0;
	}
	return err_set(err, ERR_USAGE, "l2tpgwd %s does not know that request", L2TPGW_VERSION);
}

static const struct member *find_member(enum request_verb verb, const char *name)
{
	bool takes = false;

	for (size_t i = 0; i < array_size(verbs[verb].members) && verbs[verb].members[i]; i++)
		takes |= !strcmp(verbs[verb].members[i], name);
	for (size_t i = 0; takes && i < array_size(members); i++) {
		if (!strcmp(members[i].name, name))
			return &members[i];
	}
	return NULL;
}

static bool is_printable(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	}
	return true;
}

static bool take_text(const struct member *member, const json_t *json, char *field)
{
	const char *text = json_string_value(json);
	size_t len = text ? json_string_length(json) : 0;

	if (!len || !is_printable(text) || (member->type == MEMBER_TEXT && len >= member->max))
		return false;
	(void)snprintf(field, member->max, "%s", text);
	return true;
}

static bool take_digest(const struct member *member, const json_t *json, char *field)
{
	return take_text(member, json, field) && json_string_length(json) == member->max - 1 &&
	       strspn(field, "0123456789abcdef") == member->max - 1;
}

static bool take_policy(const struct member *member, const json_t *json, struct request *request)
{
	size_t len = json_string_length(json);

	if (!json_is_string(json) || len > member->max)
		return false;
	request->policy = mem_alloc(len + 1);
	request->policy_len = len;
	memcpy(request->policy, json_string_value(json), len);
	return true;
}

static bool take_count(const struct member *member, const json_t *json, unsigned *field)
{
	json_int_t count = json_integer_value(json);

	*field = (unsigned)count;
	return json_is_integer(json) && count >= 0 && (uint64_t)count <= member->max;
}

static bool take_member(const struct member *member, const json_t *json, struct request *request)
{
	void *field = (char *)request + member->offset;

	if (json_is_null(json))
		return true;
	switch (member->type) {
	case MEMBER_TEXT:
	case MEMBER_CUT:
		return take_text(member, json, field);
	case MEMBER_DIGEST:
		return take_digest(member, json, field);
	case MEMBER_POLICY:
		return take_policy(member, json, request);
	case MEMBER_FLAG:
		*(bool *)field = json_is_true(json);
		return json_is_boolean(json);
	case MEMBER_COUNT:
		return take_count(member, json, field);
	}
	return false;
}

static int parse_members(json_t *root, struct request *request, struct err *err)
{
	const char *name;
	json_t *json;

	json_object_foreach(root, name, json)
	{
		const struct member *member = find_member(request->verb, name);

		if (!strcmp(name, "verb"))
			continue;
		if (!member && verbs[request->verb].strict)
			return err_set(err, ERR_USAGE,
				       "l2tpgwd %s does not know \"%.32s\" of that request",
				       L2TPGW_VERSION, name);
		if (member && !take_member(member, json, request))
			return err_set(err, ERR_USAGE, "\"%s\" of that request makes no sense",
				       name);
	}
	return 0;
}

static int check_complete(const struct request *request, struct err *err)
{
	if ((request->verb == REQUEST_KICK || request->verb == REQUEST_LIFT) && !*request->target)
		return err_set(err, ERR_USAGE, "that request names nobody");
	return 0;
}

int request_parse(const char *line, size_t len, struct request *request, struct err *err)
{
	struct json_wiping saved;
	json_error_t syntax;
	json_t *root;
	int result;

	memset(request, 0, sizeof(*request));
	json_wiping_begin(&saved);
	root = json_loadb(line, len, JSON_REJECT_DUPLICATES, &syntax);
	if (!json_is_object(root))
		result = err_set(err, ERR_USAGE, "malformed request");
	else
		result = parse_verb(root, request, err) < 0 ||
				 parse_members(root, request, err) < 0 ||
				 check_complete(request, err) < 0
			     ? -1
			     : 0;
	json_decref(root);
	json_wiping_end(&saved);
	if (result < 0)
		request_free(request);
	return result;
}

void request_free(struct request *request)
{
	mem_wipe_free(request->policy, request->policy_len);
	request->policy = NULL;
	request->policy_len = 0;
}

bool request_for_root(enum request_verb verb)
{
	return verbs[verb].for_root;
}

static json_t *error_json(const struct err *err)
{
	if (err->code == ERR_NONE)
		return json_pack("{s:{s:i, s:s}}", "error", "code", (int)ERR_INTERNAL, "text",
				 "l2tpgwd could not make its answer");
	return json_pack("{s:{s:i, s:o}}", "error", "code", (int)err->code, "text",
			 json_text(err->text));
}

static void put_line(struct buf *out, json_t *line)
{
	char *text = json_dumps(line, JSON_COMPACT);

	json_decref(line);
	buf_puts(out, text ? text : "{}");
	buf_putc(out, '\n');
	free(text);
}

void request_reply(struct buf *out, json_t *result, const struct err *err)
{
	put_line(out, result ? json_pack("{s:o}", "ok", result) : error_json(err));
}

void request_progress(struct buf *out, json_t *progress)
{
	put_line(out, json_pack("{s:o}", "progress", progress));
}
