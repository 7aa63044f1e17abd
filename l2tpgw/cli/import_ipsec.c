/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipsec.conf(5) and ipsec.secrets(5), as Libreswan and strongSwan's starter have them. */
#include <string.h>

#include "cli/import.h"
#include "cli/import_words.h"

#define ALSO_DEPTH_MAX 8

struct setting {
	const char *name, *value;
};

struct conn {
	const char *name;
	struct setting *settings;
	size_t settings_count;
};

struct conns {
	struct conn *list;
	size_t count;
};

static void begin_section(struct import *import, struct conns *conns, const char *file, char *text)
{
	char *words[IMPORT_WORDS_MAX];
	size_t count = import_words(text, words);

	if (count >= 2 && !strcmp(words[0], "include"))
		import_include(import, file, words[1]);
	if (count < 2 || (strcmp(words[0], "conn") != 0 && strcmp(words[0], "config") != 0))
		return;
	((struct conn *)arena_push(import->arena, (void **)&conns->list, &conns->count,
				   sizeof(struct conn)))
	    ->name = strcmp(words[0], "conn") ? "" : words[1];
}

static void read_conns(struct import *import, struct conns *conns, const char *file,
		       const char *text)
{
	struct import_line line = { .number = 0 };

	while (import_line(import->arena, &text, "#", &line)) {
		struct setting *setting;
		struct conn *conn;
		char *name, *value;

		if (!*line.text)
			continue;
		if (!line.indented) {
			begin_section(import, conns, file, line.text);
			continue;
		}
		if (!conns->count || !import_pair(line.text, &name, &value))
			continue;
		conn = &conns->list[conns->count - 1];
		setting = arena_push(import->arena, (void **)&conn->settings, &conn->settings_count,
				     sizeof(*setting));
		*setting = (struct setting){ name, value };
	}
}

/* Its own setting, else one of those it refers to by "also", else %default's. */
static const char *conn_get(const struct conns *conns, const char *conn, const char *name,
			    unsigned depth)
{
	const char *found = NULL;

	for (size_t i = 0; i < conns->count && depth < ALSO_DEPTH_MAX; i++) {
		const struct conn *c = &conns->list[i];

		if (strcmp(c->name, conn) != 0)
			continue;
		for (size_t k = 0; k < c->settings_count; k++) {
			if (!strcmp(c->settings[k].name, name))
				return c->settings[k].value;
			if (!found && !strcmp(c->settings[k].name, "also"))
				found = conn_get(conns, c->settings[k].value, name, depth + 1);
		}
	}
	return found;
}

static const char *get(const struct conns *conns, const struct conn *conn, const char *name)
{
	const char *value = conn_get(conns, conn->name, name, 0);

	return value ? value : conn_get(conns, "%default", name, 0);
}

static bool is_l2tp(const struct conns *conns, const struct conn *conn)
{
	const char *port = get(conns, conn, "leftprotoport");
	const char *automatic = get(conns, conn, "auto");

	return port && (strstr(port, "1701") || strstr(port, "l2f") || strstr(port, "l2tp")) &&
	       automatic && strcmp(automatic, "ignore") != 0;
}

static void take_name(struct import *import, const char *id)
{
	if (id && *id != '%' && !strchr(id, '=') && *id)
		import->name = *id == '@' ? id + 1 : id;
}

static void take_conn(struct import *import, const struct conns *conns, const struct conn *conn)
{
	static const char *const proposals[] = { "ike", "esp", "phase2alg" };
	const char *authby = get(conns, conn, "authby");

	import->conns++;
	for (size_t i = 0; i < sizeof(proposals) / sizeof(*proposals); i++) {
		const char *list = get(conns, conn, proposals[i]);

		if (list)
			import_proposals(import, list);
	}
	take_name(import, get(conns, conn, "leftid"));
	if (authby && !strstr(authby, "secret") && !strstr(authby, "psk"))
		import_note(import,
			    "connection %s authenticates by %s: only pre-shared keys are "
			    "carried over",
			    conn->name, authby);
}

void import_ipsec_conf(struct import *import, const char *file, const char *text)
{
	struct conns conns = { NULL, 0 };

	read_conns(import, &conns, file, text);
	for (size_t i = 0; i < conns.count; i++) {
		const struct conn *conn = &conns.list[i];

		if (!*conn->name || *conn->name == '%')
			continue;
		if (is_l2tp(&conns, conn))
			take_conn(import, &conns, conn);
		else if (get(&conns, conn, "auto") && strcmp(get(&conns, conn, "auto"), "ignore"))
			import_note(import, "%s: connection %s is not for L2TP and was left out",
				    file, conn->name);
	}
}

static bool is_anybody(const char *word)
{
	return !strcmp(word, "%any") || !strcmp(word, "0.0.0.0") || !strcmp(word, "%any6");
}

/* "ids : PSK secret": the one for anybody is ours; if there is only one, it is. */
static void take_secret(struct import *import, const char *file, unsigned number, char **words,
			size_t count)
{
	bool anybody = false, specific = false;
	size_t colon = 0;

	while (colon < count && strcmp(words[colon], ":") != 0) {
		anybody |= is_anybody(words[colon]);
		specific |= !is_anybody(words[colon]);
		colon++;
	}
	if (colon + 2 >= count || strcmp(words[colon + 1], "PSK") != 0) {
		if (colon + 1 < count)
			import_note(import, "%s:%u: a secret of kind %.16s was left out", file,
				    number, words[colon + 1]);
		return;
	}
	if (import->psk && strcmp(import->psk, words[colon + 2]) != 0 && !anybody && colon)
		import_note(import, "%s:%u: one key for all clients is carried over, not this one",
			    file, number);
	else
		import->psk = words[colon + 2];
	if (specific && !anybody)
		import_note(import, "%s:%u: the key was for one peer; now it is for all clients",
			    file, number);
}

void import_ipsec_secrets(struct import *import, const char *file, const char *text)
{
	struct import_line line = { .number = 0 };

	while (import_line(import->arena, &text, "#", &line)) {
		char *words[IMPORT_WORDS_MAX];
		size_t count = import_words(line.text, words);

		if (count > 1 && !strcmp(words[0], "include"))
			import_include(import, file, words[1]);
		else if (count)
			take_secret(import, file, line.number, words, count);
	}
}
