/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swanctl.conf(5): sections in braces, "name = value", one to a line or several. */
#include <string.h>

#include "base/buf.h"
#include "cli/import.h"
#include "cli/import_words.h"

#define DEPTH_MAX 8 /* nothing of interest lies deeper */

struct swanctl {
	struct import *import;
	const char *file;
	const char *section[DEPTH_MAX]; /* names, outermost first */
	size_t depth;
	/* Of the connection at hand: */
	bool l2tp;
	const char *name, *proposals;
	struct import_ids our_ids, peer_ids, peer_addresses;
	/* Of the secret at hand: */
	const char *secret;
	struct import_ids ids;
};

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool within(const struct swanctl *swanctl, const char *outermost)
{
	return swanctl->depth && !strcmp(swanctl->section[0], outermost);
}

/* ---- connections ---- */

static void take_addresses(struct import *import, struct import_ids *ids, const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ", \t");

		import_id(import, ids, arena_memdup(import->arena, list, len));
		list += len + (list[len] != '\0');
	}
}

static void take_end(struct swanctl *swanctl, const char *end, const char *id)
{
	if (starts(end, "local")) {
		swanctl->name = swanctl->name ? swanctl->name : id;
		import_id(swanctl->import, &swanctl->our_ids, id);
	} else if (starts(end, "remote")) {
		import_id(swanctl->import, &swanctl->peer_ids, id);
	}
}

static void take_connection_setting(struct swanctl *swanctl, const char *name, const char *value)
{
	struct import *import = swanctl->import;

	if (!strcmp(name, "local_ts"))
		swanctl->l2tp |= import_is_l2tp(value);
	else if (!strcmp(name, "proposals") || !strcmp(name, "esp_proposals"))
		swanctl->proposals = arena_printf(
		    import->arena, "%s,%s", swanctl->proposals ? swanctl->proposals : "", value);
	else if (!strcmp(name, "local_addrs"))
		take_addresses(import, &swanctl->our_ids, value);
	else if (!strcmp(name, "remote_addrs"))
		take_addresses(import, &swanctl->peer_addresses, value);
	else if (!strcmp(name, "id") && swanctl->depth == 3)
		take_end(swanctl, swanctl->section[2], value);
}

static void add_ids(struct import *import, struct import_ids *to, struct import_ids ids)
{
	for (size_t i = 0; i < ids.count; i++)
		import_id(import, to, ids.list[i]);
}

/* Without an identity the address is it. */
static void add_peers(struct swanctl *swanctl)
{
	struct import *import = swanctl->import;

	if (!swanctl->peer_ids.count)
		swanctl->peer_ids = swanctl->peer_addresses;
	if (!swanctl->peer_ids.count)
		import_id(import, &swanctl->peer_ids, "%any");
	add_ids(import, &import->peer_ids, swanctl->peer_ids);
}

static void end_connection(struct swanctl *swanctl)
{
	struct import *import = swanctl->import;

	if (swanctl->l2tp) {
		import->conns++;
		import_name(import, swanctl->name);
		add_ids(import, &import->our_ids, swanctl->our_ids);
		add_peers(swanctl);
		if (swanctl->proposals)
			import_proposals(import, swanctl->proposals);
	} else {
		import_other_conn(import, swanctl->file, swanctl->section[1]);
	}
	swanctl->l2tp = false;
	swanctl->name = swanctl->proposals = NULL;
	swanctl->our_ids = (struct import_ids){ NULL, 0 };
	swanctl->peer_ids = swanctl->peer_addresses = swanctl->our_ids;
}

/* ---- secrets ---- */

static void take_secret_setting(struct swanctl *swanctl, const char *name, const char *value)
{
	if (!strcmp(name, "secret"))
		swanctl->secret = value;
	else if (starts(name, "id"))
		import_id(swanctl->import, &swanctl->ids, value);
}

static void end_secret(struct swanctl *swanctl)
{
	struct import *import = swanctl->import;
	const char *where =
	    arena_printf(import->arena, "%s: secret %s", swanctl->file, swanctl->section[1]);

	if (!starts(swanctl->section[1], "ike"))
		import_note(import, "%s was left out", where);
	else if (swanctl->secret)
		import_key(import, where, swanctl->secret, true, swanctl->ids);
	swanctl->secret = NULL;
	swanctl->ids = (struct import_ids){ NULL, 0 };
}

/* ---- sections and settings ---- */

static void take_setting(struct swanctl *swanctl, const char *name, const char *value)
{
	if (within(swanctl, "connections"))
		take_connection_setting(swanctl, name, value);
	else if (within(swanctl, "secrets"))
		take_secret_setting(swanctl, name, value);
}

/* ": REFERENCES" behind the name are not followed. */
static void begin_section(struct swanctl *swanctl, char *name)
{
	name[strcspn(name, " \t:")] = '\0';
	if (swanctl->depth < DEPTH_MAX)
		swanctl->section[swanctl->depth] = name;
	swanctl->depth++;
}

static void end_section(struct swanctl *swanctl)
{
	if (!swanctl->depth)
		return;
	if (swanctl->depth == 2 && within(swanctl, "connections"))
		end_connection(swanctl);
	else if (swanctl->depth == 2 && within(swanctl, "secrets"))
		end_secret(swanctl);
	swanctl->depth--;
}

/* What a backslash and this character stand for; behind a line that goes on, nothing. */
static void put_escaped(struct buf *out, char c)
{
	static const char letters[] = "nrt", meant[] = "\n\r\t";
	const char *letter = strchr(letters, c);

	if (c != '\n')
		buf_putc(out, letter ? meant[letter - letters] : c);
}

/* From behind the opening quote to behind the closing one. */
static const char *read_quoted(const char *text, struct buf *out)
{
	for (; *text && *text != '"'; text++) {
		if (*text == '\\' && text[1])
			put_escaped(out, *++text);
		else
			buf_putc(out, *text);
	}
	return text + (*text == '"');
}

/* A value ends with its line, at a comment or a closing brace; quoted it may hold all of them. */
static const char *read_value(struct import *import, const char *text, const char **value)
{
	cleanup_buf struct buf out = BUF_INIT;
	size_t end = 0;

	text += strspn(text, " \t\r");
	while (*text && !strchr("#}\n", *text)) {
		if (*text == '"') {
			text = read_quoted(text + 1, &out);
			end = out.len;
			continue;
		}
		buf_putc(&out, *text);
		end = strchr(" \t\r", *text++) ? end : out.len;
	}
	buf_truncate(&out, end);
	*value = arena_strdup(import->arena, buf_text(&out));
	return text;
}

/* The brace of a section may be on the next line. */
static const char *end_line(struct swanctl *swanctl, const char *text, char *name)
{
	text += strcspn(text, "\n");
	text += strspn(text, " \t\r\n");
	if (!*name || *text != '{')
		return text;
	begin_section(swanctl, name);
	return text + 1;
}

static const char *read_statement(struct swanctl *swanctl, const char *text)
{
	struct import *import = swanctl->import;
	size_t len = strcspn(text, "{}=#\n");
	char *name = import_trim(arena_memdup(import->arena, text, len));
	const char *value;

	text += len;
	if (starts(name, "include ") || starts(name, "include\t")) {
		import_include(import, swanctl->file, import_unquote(import_trim(name + 8)));
		return text;
	}
	switch (*text) {
	case '=':
		text = read_value(import, text + 1, &value);
		take_setting(swanctl, name, value);
		return text;
	case '{':
		begin_section(swanctl, name);
		return text + 1;
	case '}':
		end_section(swanctl);
		return text + 1;
	default:
		return end_line(swanctl, text, name);
	}
}

void import_swanctl(struct import *import, const char *file, const char *text)
{
	struct swanctl swanctl = { .import = import, .file = file };

	while (*text)
		text = read_statement(&swanctl, text);
}
