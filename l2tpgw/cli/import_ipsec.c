/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipsec.conf(5) and ipsec.secrets(5), as Libreswan and strongSwan's starter have them. */
#include <string.h>

#include "base/cleanup.h"
#include "cli/import.h"
#include "cli/import_words.h"

#define ALSO_DEPTH_MAX 8

struct setting {
	const char *name, *value;
};

struct import_conn {
	const char *name; /* "" = no connection */
	const char *file;
	struct setting *settings;
	size_t settings_count;
	unsigned long asked; /* the last question it was asked */
};

static void begin_section(struct import *import, const char *file, char *text)
{
	char *words[IMPORT_WORDS_MAX];
	struct import_conn *conn;
	size_t count = import_plain_words(text, words);

	if (count >= 2 && !strcmp(words[0], "include"))
		import_include(import, file, import_unquote(words[1]));
	if (count < 2 || (strcmp(words[0], "conn") != 0 && strcmp(words[0], "config") != 0))
		return;
	conn =
	    arena_push(import->arena, (void **)&import->ipsec, &import->ipsec_count, sizeof(*conn));
	conn->name = strcmp(words[0], "conn") ? "" : import_unquote(words[1]);
	conn->file = arena_strdup(import->arena, file);
}

void import_ipsec_conf(struct import *import, const char *file, const char *text)
{
	size_t before = import->ipsec_count;
	struct import_line line = { .number = 0 };

	while (import_line(import->arena, &text, &import_ipsec_syntax, &line)) {
		struct setting *setting;
		struct import_conn *conn;
		char *name, *value;

		if (!*line.text)
			continue;
		if (!line.indented) {
			begin_section(import, file, line.text);
			continue;
		}
		if (import->ipsec_count == before || !import_pair(line.text, &name, &value))
			continue;
		conn = &import->ipsec[import->ipsec_count - 1];
		setting = arena_push(import->arena, (void **)&conn->settings, &conn->settings_count,
				     sizeof(*setting));
		*setting = (struct setting){ name, value };
	}
}

/*
 * Its own setting, else one of those it refers to by "also", in whatever file. Each connection is
 * asked once: many may refer to one another.
 */
static const char *conn_get(struct import *import, const char *conn, const char *name,
			    unsigned depth)
{
	const char *found = NULL;

	for (size_t i = 0; i < import->ipsec_count && depth < ALSO_DEPTH_MAX; i++) {
		struct import_conn *c = &import->ipsec[i];

		if (c->asked == import->ipsec_questions || strcmp(c->name, conn) != 0)
			continue;
		c->asked = import->ipsec_questions;
		for (size_t k = 0; k < c->settings_count; k++) {
			if (!strcmp(c->settings[k].name, name))
				return c->settings[k].value;
			if (!found && !strcmp(c->settings[k].name, "also"))
				found = conn_get(import, c->settings[k].value, name, depth + 1);
		}
	}
	return found;
}

/* What the connection says, else %default. */
static const char *get(struct import *import, const struct import_conn *conn, const char *name)
{
	const char *value;

	import->ipsec_questions++;
	value = conn_get(import, conn->name, name, 0);
	if (value)
		return value;
	import->ipsec_questions++;
	return conn_get(import, "%default", name, 0);
}

static bool is_used(struct import *import, const struct import_conn *conn)
{
	const char *automatic = get(import, conn, "auto");

	return automatic && strcmp(automatic, "ignore") != 0;
}

static bool is_l2tp(struct import *import, const struct import_conn *conn)
{
	const char *port = get(import, conn, "leftprotoport");

	return port && import_is_l2tp(port);
}

/* Without an identity the address is it; a key may be for our address even with one. */
static void take_ends(struct import *import, const struct import_conn *conn)
{
	const char *peer = get(import, conn, "rightid");

	if (!peer)
		peer = get(import, conn, "right");
	import_id(import, &import->peer_ids, peer ? peer : "%any");
	import_name(import, get(import, conn, "leftid"));
	import_id(import, &import->our_ids, get(import, conn, "leftid"));
	import_id(import, &import->our_ids, get(import, conn, "left"));
}

static void take_conn(struct import *import, const struct import_conn *conn)
{
	static const char *const proposals[] = { "ike", "esp", "phase2alg" };
	const char *authby = get(import, conn, "authby");

	import->conns++;
	for (size_t i = 0; i < array_size(proposals); i++) {
		const char *list = get(import, conn, proposals[i]);

		if (list)
			import_proposals(import, list);
	}
	take_ends(import, conn);
	if (authby && !strstr(authby, "secret") && !strstr(authby, "psk"))
		import_note(import,
			    "connection %s authenticates by %s: only pre-shared keys are "
			    "carried over",
			    conn->name, authby);
}

/* Sections of one name are one connection. */
static bool is_first(const struct import *import, const struct import_conn *conn)
{
	const struct import_conn *first = import->ipsec;

	while (strcmp(first->name, conn->name) != 0)
		first++;
	return first == conn;
}

void import_ipsec_decide(struct import *import)
{
	for (size_t i = 0; i < import->ipsec_count; i++) {
		const struct import_conn *conn = &import->ipsec[i];

		if (!*conn->name || *conn->name == '%' || !is_used(import, conn) ||
		    !is_first(import, conn))
			continue;
		if (is_l2tp(import, conn))
			take_conn(import, conn);
		else
			import_other_conn(import, conn->file, conn->name);
	}
}

static bool is_kind(const char *word)
{
	static const char *const kinds[] = { "RSA",   "ECDSA", "BLISS", "PKCS8", "P12", "PKEY",
					     "XAUTH", "EAP",   "NTLM",  "PIN",   "PPK" };

	for (size_t i = 0; i < array_size(kinds); i++) {
		if (!strcmp(word, kinds[i]))
			return true;
	}
	return false;
}

/* A word that is no kind may be the key itself. */
static void note_secret(struct import *import, const char *where, const char *kind)
{
	if (is_kind(kind))
		import_note(import, "%s: a secret of kind %s was left out", where, kind);
	else
		import_note(import, "%s: left out: it is no pre-shared key (PSK)", where);
}

/* "ids : PSK key" */
static void take_secret(struct import *import, const char *where, char **words, size_t count)
{
	struct import_ids ids = { NULL, 0 };
	size_t colon = 0;
	char *key;

	for (; colon < count && strcmp(words[colon], ":") != 0; colon++)
		import_id(import, &ids, import_unquote(words[colon]));
	if (colon + 1 >= count)
		return;
	if (colon + 2 >= count || strcmp(words[colon + 1], "PSK") != 0) {
		note_secret(import, where, words[colon + 1]);
		return;
	}
	key = import_unquote(words[colon + 2]);
	import_key(import, where, key, key == words[colon + 2], ids);
}

void import_ipsec_secrets(struct import *import, const char *file, const char *text)
{
	struct import_line line = { .number = 0 };

	while (import_line(import->arena, &text, &import_ipsec_syntax, &line)) {
		char *words[IMPORT_WORDS_MAX];
		size_t count = import_plain_words(line.text, words);

		if (count > 1 && !strcmp(words[0], "include"))
			import_include(import, file, import_unquote(words[1]));
		else if (count)
			take_secret(import, arena_printf(import->arena, "%s:%u", file, line.number),
				    words, count);
	}
}
