/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xl2tpd.conf(5) and pppd's options (pppd(8)). */
#include <string.h>

#include "base/cleanup.h"
#include "base/ip4.h"
#include "cli/import.h"
#include "cli/import_words.h"

/* "FIRST - LAST", or one address. */
static bool parse_range(char *value, uint32_t *first, uint32_t *last)
{
	char *dash = strchr(value, '-');

	if (dash)
		*dash = '\0';
	value = import_trim(value);
	return ip4_parse(value, first) && ip4_parse(dash ? import_trim(dash + 1) : value, last) &&
	       *last >= *first;
}

static void take_range(struct import *import, const char *file, char *value)
{
	char *comma = strchr(value, ',');
	uint32_t first, last;

	if (comma)
		*comma = '\0';
	if (comma || import->first)
		import_note(import, "%s: only the first of several address ranges is carried over",
			    file);
	if (import->first)
		return;
	if (!parse_range(value, &first, &last)) {
		import_note(import, "%s: the address range is not understood", file);
		return;
	}
	import->first = first;
	import->last = last;
}

static void take_local(struct import *import, const char *file, const char *value)
{
	if (!ip4_parse(value, &import->local))
		import_note(import, "%s: local ip %.20s is no address", file, value);
}

/* What has no like here; `value`: only if it says so. */
static void note_left_out(struct import *import, const char *file, const char *name,
			  const char *value)
{
	static const char refused[] = "clients must use MS-CHAPv2";
	static const char senders[] = "firewall.allow_from and deny_from say who may connect";
	static const struct {
		const char *name, *value, *why;
	} left_out[] = {
		{ "no ip range", NULL, "all addresses of the network are given to clients" },
		{ "lac", NULL, senders },
		{ "no lac", NULL, senders },
		{ "local ip range", NULL, "the gateway has one address for all clients" },
		{ "assign ip", "no", "addresses come from the pool or from the user" },
		{ "require pap", "yes", refused },
		{ "unix authentication", "yes", refused },
		{ "challenge", "yes", "IPsec authenticates" },
	};

	for (size_t i = 0; i < array_size(left_out); i++) {
		if (!strcmp(name, left_out[i].name) &&
		    (!left_out[i].value || !strcmp(value, left_out[i].value)))
			import_note(import, "%s: %s = %.60s is left out: %s", file, name, value,
				    left_out[i].why);
	}
}

static void take_setting(struct import *import, const char *file, const char *name, char *value)
{
	note_left_out(import, file, name, value);
	if (!strcmp(name, "ip range"))
		take_range(import, file, value);
	else if (!strcmp(name, "local ip"))
		take_local(import, file, value);
	else if (!strcmp(name, "pppoptfile"))
		import->options_file = value;
	else if (!strcmp(name, "name"))
		*(const char **)arena_push(import->arena, (void **)&import->servers,
					   &import->servers_count, sizeof(*import->servers)) =
		    value;
}

void import_xl2tpd(struct import *import, const char *file, const char *text)
{
	struct import_line line = { .number = 0 };
	unsigned sections = 0;
	bool dials = false;
	char *name, *value;

	while (import_line(import->arena, &text, &import_xl2tpd_syntax, &line)) {
		if (*line.text == '[') {
			dials = !strncmp(line.text, "[lac ", 5);
			sections += !strncmp(line.text, "[lns ", 5);
			if (dials)
				import_note(import, "%s: %s is left out: l2tpgw does not dial",
					    file, line.text);
		} else if (!dials && import_pair(line.text, &name, &value)) {
			take_setting(import, file, name, value);
		}
	}
	if (sections > 1)
		import_note(import, "%s has %u [lns] sections: they are carried over as one", file,
			    sections);
}

/* ---- options ---- */

static void take_dns(struct import *import, const char *file, const char *value)
{
	uint32_t address;

	if (import->dns_count >= array_size(import->dns) || !ip4_parse(value, &address))
		import_note(import, "%s: ms-dns %.20s is left out", file, value);
	else
		import->dns[import->dns_count++] = address;
}

static void take_option(struct import *import, const char *file, char **words, size_t count)
{
	const struct {
		const char *name;
		unsigned *to;
		unsigned min, max;
	} numbers[] = {
		{ "mtu", &import->mtu, 576, 1500 },
		{ "mru", &import->mru, 576, 1500 },
		{ "lcp-echo-interval", &import->echo_interval, 1, 3600 },
		{ "lcp-echo-failure", &import->echo_failures, 1, 100 },
		{ "idle", &import->idle, 1, 31536000 },
		{ "maxconnect", &import->session, 1, 31536000 },
	};

	for (size_t i = 0; i < array_size(numbers) && count == 2; i++) {
		if (!strcmp(words[0], numbers[i].name) &&
		    !import_number(words[1], numbers[i].min, numbers[i].max, numbers[i].to))
			import_note(import, "%s: %s %.20s is left out", file, words[0], words[1]);
	}
	if (count == 2 && !strcmp(words[0], "ms-dns"))
		take_dns(import, file, words[1]);
	if (count == 2 && !strcmp(words[0], "name"))
		import->options_name = words[1];
	if (count == 2 && (!strcmp(words[0], "plugin") || !strcmp(words[0], "ms-wins")))
		import_note(import, "%s: %s %.60s is left out", file, words[0], words[1]);
}

void import_ppp_options(struct import *import, const char *file, const char *text)
{
	struct import_line line = { .number = 0 };

	while (import_line(import->arena, &text, &import_pppd_syntax, &line)) {
		char *words[IMPORT_WORDS_MAX];
		size_t count = import_words(line.text, words);

		if (count)
			take_option(import, file, words, count);
	}
}
