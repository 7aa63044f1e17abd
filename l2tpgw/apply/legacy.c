/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/legacy.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define WORDS_MAX 64
#define LINES_MAX 20000

struct line {
	char *words[WORDS_MAX];
	size_t count, at;
};

/* ---- words: apart by blanks, in double quotes with backslashes if there are blanks in one ---- */

static char *word_end(char *at, char **out)
{
	bool quoted = *at == '"';

	at += quoted;
	for (*out = at; *at && (quoted ? *at != '"' : *at != ' '); at++) {
		if (quoted && *at == '\\' && at[1])
			memmove(at, at + 1, strlen(at));
	}
	return at;
}

static bool split(char *text, struct line *line)
{
	*line = (struct line){ .count = 0 };
	while (*text) {
		char *end;

		if (line->count == WORDS_MAX)
			return false;
		end = word_end(text, &line->words[line->count++]);
		if (!*end)
			break;
		*end++ = '\0';
		text = end + strspn(end, " ");
	}
	return line->count > 0;
}

static const char *next(struct line *line)
{
	return line->at < line->count ? line->words[line->at++] : "";
}

/* ---- expressions, as libnftables-json(5) has them ---- */

static void add_match(json_t *expr, bool negated, json_t *left, json_t *right)
{
	json_array_append_new(expr, json_pack("{s:{s:s, s:o, s:o}}", "match", "op",
					      negated ? "!=" : "==", "left", left, "right", right));
}

/* An extension, which is what nftables lists of one. */
static void add_xt(json_t *expr, const char *type, const char *name)
{
	json_array_append_new(
	    expr, json_pack("{s:{s:s, s:s}}", "xt", "type", type, "name", *name ? name : "?"));
}

static void add_unknown(json_t *expr, const char *name)
{
	add_xt(expr, "match", name);
}

static json_t *payload(const char *protocol, const char *field)
{
	return json_pack("{s:{s:s, s:s}}", "payload", "protocol", protocol, "field", field);
}

static json_t *meta(const char *key)
{
	return json_pack("{s:{s:s}}", "meta", "key", key);
}

/* "eth+" is what begins so. */
static json_t *interface(const char *name)
{
	size_t len = strlen(name);
	char pattern[64];

	if (!len || name[len - 1] != '+')
		return json_string(name);
	(void)snprintf(pattern, sizeof(pattern), "%.*s*", (int)len - 1, name);
	return json_string(pattern);
}

static json_t *protocol(const char *name)
{
	return isdigit((unsigned char)*name) ? json_integer(strtol(name, NULL, 10))
					     : json_string(name);
}

static json_t *port(const char *text, size_t len)
{
	char *end;
	long number = strtol(text, &end, 10);
	long last = *end == ':' ? strtol(end + 1, &end, 10) : number;

	if (end != text + len)
		return json_null();
	return number == last
		   ? json_integer(number)
		   : json_pack("{s:[I, I]}", "range", (json_int_t)number, (json_int_t)last);
}

/* "500,4500:4510" */
static json_t *ports(const char *text)
{
	json_t *set = json_array();

	for (;;) {
		size_t len = strcspn(text, ",");

		json_array_append_new(set, port(text, len));
		if (!text[len])
			return json_pack("{s:o}", "set", set);
		text += len + 1;
	}
}

static json_t *network(const char *text)
{
	const char *slash = strchr(text, '/');

	return slash ? json_pack("{s:{s:s%, s:I}}", "prefix", "addr", text, (size_t)(slash - text),
				 "len", (json_int_t)strtol(slash + 1, NULL, 10))
		     : json_string(text);
}

/* "RELATED,ESTABLISHED", in small letters */
static json_t *names(const char *text)
{
	json_t *set = json_array();

	for (;;) {
		size_t len = strcspn(text, ",");
		char name[32] = "";

		for (size_t i = 0; i < len && i + 1 < sizeof(name); i++)
			name[i] = (char)tolower((unsigned char)text[i]);
		json_array_append_new(set, json_string(name));
		if (!text[len])
			return json_pack("{s:o}", "set", set);
		text += len + 1;
	}
}

static void add_verdict(json_t *expr, const char *target, bool jump)
{
	static const struct {
		const char *target, *name;
	} verdicts[] = { { "ACCEPT", "accept" }, { "DROP", "drop" }, { "REJECT", "reject" },
			 { "RETURN", "return" }, { "LOG", "log" },   { "NFLOG", "log" },
			 { "MARK", "mangle" },   { "TRACE", "log" } };

	for (size_t i = 0; i < array_size(verdicts); i++) {
		if (!strcmp(target, verdicts[i].target)) {
			json_array_append_new(expr, json_pack("{s:n}", verdicts[i].name));
			return;
		}
	}
	if (!strcmp(target, "DNAT") || !strcmp(target, "REDIRECT") || !strcmp(target, "TPROXY"))
		add_xt(expr, "target", target);
	else
		json_array_append_new(
		    expr, json_pack("{s:{s:s}}", jump ? "jump" : "goto", "target", target));
}

/* ---- options ---- */

/* Modules that only bring options of theirs; what these ask for is read by the options. */
static bool is_plain_module(const char *name)
{
	static const char *const plain[] = { "udp",       "tcp",       "icmp",    "esp",
					     "multiport", "conntrack", "state",   "comment",
					     "set",       "iprange",   "addrtype" };

	for (size_t i = 0; i < array_size(plain); i++) {
		if (!strcmp(plain[i], name))
			return true;
	}
	return false;
}

static void read_module(const char *name, json_t *expr)
{
	if (!is_plain_module(name))
		add_unknown(expr, name);
}

/* "--match-set NAME src,dst" */
static void add_set(json_t *expr, bool negated, struct line *line)
{
	(void)next(line);
	add_unknown(expr, !negated && !strncmp(next(line), "src", 3) ? "set" : "?");
}

static json_t *address_type(void)
{
	return json_pack("{s:{s:s, s:[s]}}", "fib", "result", "type", "flags", "daddr");
}

/* True if the option is one that matches, and was read with its argument. */
static bool read_match(const char *option, bool negated, struct line *line, json_t *expr)
{
	if (!strcmp(option, "-i"))
		add_match(expr, negated, meta("iifname"), interface(next(line)));
	else if (!strcmp(option, "-o"))
		add_match(expr, negated, meta("oifname"), interface(next(line)));
	else if (!strcmp(option, "-p"))
		add_match(expr, negated, meta("l4proto"), protocol(next(line)));
	else if (!strcmp(option, "-d"))
		add_match(expr, negated, payload("ip", "daddr"), network(next(line)));
	else if (!strcmp(option, "-s"))
		add_match(expr, negated, payload("ip", "saddr"), network(next(line)));
	else if (!strcmp(option, "--dport") || !strcmp(option, "--dports"))
		add_match(expr, negated, payload("th", "dport"), ports(next(line)));
	else if (!strcmp(option, "--sport") || !strcmp(option, "--sports"))
		add_match(expr, negated, payload("th", "sport"), ports(next(line)));
	else if (!strcmp(option, "--ctstate") || !strcmp(option, "--state"))
		add_match(expr, negated, json_pack("{s:{s:s}}", "ct", "key", "state"),
			  names(next(line)));
	else if (!strcmp(option, "--dst-type"))
		add_match(expr, negated, address_type(), names(next(line)));
	else if (!strcmp(option, "--match-set"))
		add_set(expr, negated, line);
	else if (!strcmp(option, "--src-range"))
		add_unknown(expr, negated ? option : "iprange");
	else
		return false;
	return true;
}

/* What stands behind a target belongs to it. */
static void read_rule(struct line *line, json_t *expr)
{
	while (line->at < line->count) {
		const char *option = next(line);
		bool negated = !strcmp(option, "!");

		if (negated)
			option = next(line);
		if (!strcmp(option, "-j") || !strcmp(option, "-g")) {
			add_verdict(expr, next(line), option[1] == 'j');
			return;
		}
		if (!strcmp(option, "-m"))
			read_module(next(line), expr);
		else if (!strcmp(option, "--comment"))
			(void)next(line);
		else if (!read_match(option, negated, line, expr) && *option == '-')
			add_unknown(expr, option);
	}
}

/* ---- lines ---- */

static void add(json_t *ruleset, const char *kind, json_t *object)
{
	json_array_append_new(ruleset, json_pack("{s:o}", kind, object));
}

static void read_policy(struct line *line, const char *table, json_t *ruleset)
{
	static const char *const hooks[][2] = {
		{ "PREROUTING", "prerouting" },   { "INPUT", "input" },   { "FORWARD", "forward" },
		{ "POSTROUTING", "postrouting" }, { "OUTPUT", "output" },
	};
	const char *name = next(line);
	const char *policy = strcmp(next(line), "ACCEPT") ? "drop" : "accept";

	for (size_t i = 0; i < array_size(hooks); i++) {
		if (!strcmp(name, hooks[i][0]))
			add(ruleset, "chain",
			    json_pack("{s:s, s:s, s:s, s:s, s:s}", "family", LEGACY_FAMILY, "table",
				      table, "name", name, "hook", hooks[i][1], "policy", policy));
	}
}

static void read_line(struct line *line, const char *table, json_t *ruleset)
{
	const char *what = next(line);
	json_t *expr;
	const char *chain;

	if (!strcmp(what, "-P"))
		read_policy(line, table, ruleset);
	else if (!strcmp(what, "-N"))
		add(ruleset, "chain",
		    json_pack("{s:s, s:s, s:s}", "family", LEGACY_FAMILY, "table", table, "name",
			      next(line)));
	if (strcmp(what, "-A") != 0)
		return;
	chain = next(line);
	expr = json_array();
	read_rule(line, expr);
	add(ruleset, "rule",
	    json_pack("{s:s, s:s, s:s, s:o}", "family", LEGACY_FAMILY, "table", table, "chain",
		      chain, "expr", expr));
}

void legacy_read(const char *text, size_t len, json_t *ruleset)
{
	cleanup_free char *copy = mem_alloc(len + 1);
	const char *table = "filter";
	char *rest = copy, *one;

	/* Nothing that matters to us is written otherwise. */
	for (size_t i = 0; i < len; i++)
		copy[i] = text[i] == '\n' || isprint((unsigned char)text[i]) ? text[i] : '?';
	for (unsigned lines = 0; lines < LINES_MAX && (one = strsep(&rest, "\n")); lines++) {
		struct line line;

		if (*one == '*')
			table = one + 1;
		else if (split(one, &line))
			read_line(&line, table, ruleset);
	}
}
