/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swanctl.conf(5): sections in braces, "name = value", one to a line or several. */
#include <string.h>

#include "cli/import.h"
#include "cli/import_words.h"

#define DEPTH_MAX 8

struct swanctl {
	struct import *import;
	const char *file;
	char *section[DEPTH_MAX]; /* names, outermost first */
	size_t depth;
	bool l2tp;             /* the connection at hand is for L2TP */
	const char *proposals; /* of it */
};

static bool within(const struct swanctl *swanctl, const char *outermost)
{
	return swanctl->depth && !strcmp(swanctl->section[0], outermost);
}

static void take_setting(struct swanctl *swanctl, char *text)
{
	struct import *import = swanctl->import;
	char *name, *value;

	if (!import_pair(text, &name, &value))
		return;
	if (within(swanctl, "connections")) {
		if (!strcmp(name, "local_ts") && strstr(value, "1701"))
			swanctl->l2tp = true;
		if (!strcmp(name, "proposals") || !strcmp(name, "esp_proposals"))
			swanctl->proposals =
			    arena_printf(import->arena, "%s,%s",
					 swanctl->proposals ? swanctl->proposals : "", value);
		if (!strcmp(name, "id") && swanctl->depth >= 3 &&
		    !strncmp(swanctl->section[2], "local", 5) && *value != '%')
			import->name = *value == '@' ? value + 1 : value;
	}
	if (within(swanctl, "secrets") && swanctl->depth >= 2 && !strcmp(name, "secret")) {
		if (!strncmp(swanctl->section[1], "ike", 3))
			import->psk = value;
		else
			import_note(import, "%s: secret %s was left out", swanctl->file,
				    swanctl->section[1]);
	}
}

static void end_section(struct swanctl *swanctl)
{
	if (!swanctl->depth)
		return;
	if (within(swanctl, "connections") && swanctl->depth == 2) {
		if (swanctl->l2tp) {
			swanctl->import->conns++;
			if (swanctl->proposals)
				import_proposals(swanctl->import, swanctl->proposals);
		} else {
			import_note(swanctl->import,
				    "%s: connection %s is not for L2TP and was left out",
				    swanctl->file, swanctl->section[1]);
		}
		swanctl->l2tp = false;
		swanctl->proposals = NULL;
	}
	swanctl->depth--;
}

static void begin_section(struct swanctl *swanctl, char *name)
{
	char *words[IMPORT_WORDS_MAX];

	if (swanctl->depth < DEPTH_MAX)
		swanctl->section[swanctl->depth++] = import_words(name, words) ? words[0] : name;
}

/* One line: pieces that end with a brace, and what is left, which is a setting. */
static void take_line(struct swanctl *swanctl, char *text)
{
	size_t len = strcspn(text, "{}");

	while (text[len]) {
		char brace = text[len];

		text[len] = '\0';
		if (brace == '{') {
			begin_section(swanctl, text);
		} else {
			take_setting(swanctl, text);
			end_section(swanctl);
		}
		text += len + 1;
		len = strcspn(text, "{}");
	}
	take_setting(swanctl, text);
}

void import_swanctl(struct import *import, const char *file, const char *text)
{
	struct swanctl swanctl = { .import = import, .file = file };
	struct import_line line = { .number = 0 };

	while (import_line(import->arena, &text, "#", &line)) {
		if (!strncmp(line.text, "include ", 8))
			import_include(import, file, line.text + 8 + strspn(line.text + 8, " \t"));
		/* A quoted secret may hold braces. */
		else if (strchr(line.text, '"') && !strchr(line.text, '{'))
			take_setting(&swanctl, line.text);
		else
			take_line(&swanctl, line.text);
	}
}
