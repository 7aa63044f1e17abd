/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/load.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "policy/json.h"
#include "policy/locate.h"
#include "policy/text.h"

#define QUOTE_MAX 40 /* bytes of the user's text in a message */

static void load_report(struct load *load, enum diag_severity severity, bool on_key,
			const char *pointer, const char *fmt, va_list ap)
{
	char text[2048];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	diags_add(load->diags, severity, on_key, pointer, "%s", text);
}

void load_error(struct load *load, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	load_report(load, DIAG_ERROR, false, buf_text(&load->path), fmt, ap);
	va_end(ap);
}

void load_key_error(struct load *load, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	load_report(load, DIAG_ERROR, true, buf_text(&load->path), fmt, ap);
	va_end(ap);
}

void load_warning(struct load *load, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	load_report(load, DIAG_WARNING, false, buf_text(&load->path), fmt, ap);
	va_end(ap);
}

void load_error_at(struct load *load, const char *pointer, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	load_report(load, DIAG_ERROR, false, pointer, fmt, ap);
	va_end(ap);
}

void load_warning_at(struct load *load, const char *pointer, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	load_report(load, DIAG_WARNING, false, pointer, fmt, ap);
	va_end(ap);
}

const char *load_path(struct load *load)
{
	return diags_path(load->diags->arena, buf_text(&load->path));
}

const char *load_quote(struct load *load, const char *text)
{
	size_t len = strlen(text);

	if (len <= QUOTE_MAX)
		return text;
	return arena_printf(load->diags->arena, "%.*s...", (int)utf8_floor(text, QUOTE_MAX), text);
}

/* What jansson refuses though the scan of locate_fault() does not. */
static const char *refusal(enum json_error_code code)
{
	if (code == json_error_numeric_overflow)
		return "the number is too large";
	if (code == json_error_null_character || code == json_error_null_byte_in_key)
		return "\\u0000 is possible in no string";
	if (code == json_error_stack_overflow)
		return "lists and objects are nested too deep";
	return "not JSON";
}

static void report_refusal(struct diags *diags, const char *text, size_t len,
			   const json_error_t *error)
{
	size_t at = error->position > 0 ? (size_t)error->position - 1 : 0;

	if (locate_fault(diags, text, len))
		return;
	at = utf8_floor(text, at < len ? at : len - 1);
	(void)diags_add_at(diags, at, at + 1, "%s", refusal(json_error_code(error)));
	diags->unchecked = 0;
}

static json_t *parse(struct diags *diags, const char *text, size_t len, bool *duplicates)
{
	struct text_fault fault;
	json_error_t error;
	json_t *root;

	if (!text_check(text, len, &fault)) {
		(void)diags_add_at(diags, fault.at, fault.at + 1, "%s", fault.message);
		diags->unchecked = 0;
		return NULL;
	}
	root = json_loadb(text, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	*duplicates = !root && json_error_code(&error) == json_error_duplicate_key;
	if (*duplicates)
		root = json_loadb(text, len, JSON_DECODE_ANY, &error);
	if (!root)
		report_refusal(diags, text, len, &error);
	return root;
}

static void load_document(struct load *load, const json_t *root)
{
	if (!json_is_object(root)) {
		load_error_at(load, "", "a policy is an object: { \"version\": 1, ... }");
		return;
	}
	decode_policy(load, root);
	check_policy(load);
	check_users(load);
}

static struct policy *policy_new(const struct host *host)
{
	struct arena *arena = arena_new();
	struct policy *policy = arena_alloc(arena, sizeof(*policy));

	policy->arena = arena;
	if (host)
		policy->host = *host;
	return policy;
}

struct policy *policy_load(const char *file, const char *text, size_t len, const struct host *host,
			   const struct policy_io *io, struct diags *diags)
{
	struct policy *policy = policy_new(host);
	struct load load = {
		.policy = policy,
		.arena = policy->arena,
		.host = &policy->host,
		.io = io,
		.diags = diags,
	};
	struct json_wiping saved;
	bool duplicates = false;
	json_t *root;

	*diags = (struct diags){ .arena = arena_new(), .unchecked = SIZE_MAX };
	diags->file = arena_strdup(diags->arena, file);
	json_wiping_begin(&saved);
	root = parse(diags, text, len, &duplicates);
	if (root)
		load_document(&load, root);
	json_decref(root);
	json_wiping_end(&saved);
	buf_free(&load.path);
	locate(diags, text, len, duplicates);
	if (!diags->errors)
		return policy;
	policy_free(policy);
	return NULL;
}

void policy_free(struct policy *policy)
{
	if (policy)
		arena_free(policy->arena);
}

/* Everything that has a name begins with it. */
static int name_compare(const void *name, const void *named)
{
	return strcmp(name, *(const char *const *)named);
}

static const void *find(const char *name, const void *list, size_t count, size_t size)
{
	return count ? bsearch(name, list, count, size, name_compare) : NULL;
}

const struct policy_user *policy_user(const struct policy *policy, const char *name)
{
	_Static_assert(offsetof(struct policy_user, name) == 0, "the name comes first");
	return find(name, policy->users, policy->users_count, sizeof(*policy->users));
}

uint16_t policy_orders_port(const struct policy *policy)
{
	bool any = policy->radius.dynamic_authorization && policy->radius.servers_count;

	return any ? (uint16_t)policy->radius.dynamic_authorization_port : 0;
}

const struct policy_group *policy_group(const struct policy *policy, const char *name)
{
	_Static_assert(offsetof(struct policy_group, name) == 0, "the name comes first");
	return find(name, policy->groups, policy->groups_count, sizeof(*policy->groups));
}

const struct policy_pool *policy_pool(const struct policy *policy, const char *name)
{
	_Static_assert(offsetof(struct policy_pool, name) == 0, "the name comes first");
	return find(name, policy->addresses.pools, policy->addresses.pools_count,
		    sizeof(*policy->addresses.pools));
}
