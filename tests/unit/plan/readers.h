/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_PLAN_READERS_H
#define L2TPGW_TESTS_PLAN_READERS_H

/*
 * Readers of the dialects we write, made after the programs' own parsers and not after our
 * escapers: what they hand out is what the program would see.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define READ_MAX  16
#define READ_TEXT 4096

struct read_item {
	char name[1024];
	char value[READ_TEXT];
};

struct read_result {
	struct read_item items[READ_MAX];
	size_t count;
	bool failed;
};

static struct read_item *read_add(struct read_result *result)
{
	if (result->count == READ_MAX) {
		result->failed = true;
		return &result->items[READ_MAX - 1];
	}
	memset(&result->items[result->count], 0, sizeof(result->items[0]));
	return &result->items[result->count++];
}

static void read_put(char *text, size_t max, char c)
{
	size_t len = strlen(text);

	if (len + 1 < max)
		text[len] = c;
}

/* ---- strongSwan: settings_lexer.l and settings_parser.y; "name = value" statements only ---- */

/* State str, behind the opening quote. Returns behind the closing one. */
static const char *read_strongswan_string(const char *p, char *value, bool *failed)
{
	for (; *p != '"'; p++) {
		if (*p == '\0') {
			*failed = true;
			return p;
		}
		if (*p == '\r')
			continue;
		if (*p != '\\') {
			read_put(value, READ_TEXT, *p);
			continue;
		}
		p++;
		if (*p == 'n' || *p == 'r' || *p == 't')
			read_put(value, READ_TEXT, *p == 'n' ? '\n' : *p == 'r' ? '\r' : '\t');
		else if (*p == '\0')
			p--;
		else if (*p != '\n')
			read_put(value, READ_TEXT, *p);
	}
	return p + 1;
}

/* State val, behind "=". Parts are joined with one space. */
static const char *read_strongswan_value(const char *p, char *value, bool *failed)
{
	bool first = true;

	for (;;) {
		p += strspn(p, "\t \r");
		if (*p == '\0' || strchr("#}\n", *p))
			return p;
		if (!first)
			read_put(value, READ_TEXT, ' ');
		first = false;
		if (*p == '"') {
			p = read_strongswan_string(p + 1, value, failed);
			continue;
		}
		for (; *p && !strchr("#}\"\r\n\t ", *p); p++)
			read_put(value, READ_TEXT, *p);
	}
}

static void read_strongswan(const char *p, struct read_result *result)
{
	while (*p && !result->failed) {
		struct read_item *item;

		p += strspn(p, "\t \r\n");
		if (*p == '#') {
			p += strcspn(p, "\n");
			continue;
		}
		if (!*p)
			return;
		item = read_add(result);
		for (; *p && !strchr("#{}:.,=\"\r\n\t ", *p); p++)
			read_put(item->name, sizeof(item->name), *p);
		p += strspn(p, "\t \r\n");
		if (!*item->name || *p++ != '=')
			result->failed = true;
		else
			p = read_strongswan_value(p, item->value, &result->failed);
	}
}

/* ---- xl2tpd: file.c:parse_config() and set_string() ---- */

static void read_xl2tpd_line(char *line, struct read_result *result)
{
	struct read_item *item;
	char *end, *equals, *value;

	line[strcspn(line, ";")] = '\0';
	while (*line && (signed char)*line < 33)
		line++;
	for (end = line + strlen(line); end >= line && (signed char)*end < 33; end--)
		*end = '\0';
	if (!*line)
		return;
	equals = strchr(line, '=');
	if (!equals) {
		result->failed = true;
		return;
	}
	for (value = equals + 1; *value && (signed char)*value < 33;)
		value++;
	for (end = equals - 1; end >= line && (signed char)*end < 33;)
		end--;
	end[1] = '\0';
	item = read_add(result);
	(void)snprintf(item->name, sizeof(item->name), "%s", line);
	/* STRLEN is 100; a string that fills it has no end. */
	if (strlen(value) >= 100)
		result->failed = true;
	(void)snprintf(item->value, sizeof(item->value), "%s", value);
}

static void read_xl2tpd(const char *text, struct read_result *result)
{
	while (*text) {
		char line[1024];
		size_t len = strcspn(text, "\n");

		if (len + 2 > sizeof(line)) {
			result->failed = true;
			return;
		}
		memcpy(line, text, len);
		line[len] = '\0';
		read_xl2tpd_line(line, result);
		text += len + (text[len] == '\n');
	}
}

/* ---- pppd: options.c:getword(); each word is an item ---- */

/* At most three digits. Returns behind them. */
static const char *read_pppd_octal(const char *p, char *value)
{
	int byte = 0;

	for (int n = 0; n < 3 && *p >= '0' && *p < '8'; n++)
		byte = byte * 8 + *p++ - '0';
	read_put(value, READ_TEXT, (char)byte);
	return p;
}

/* Behind a backslash; the \xHH form is left out, we never write it. */
static const char *read_pppd_escape(const char *p, char *value)
{
	static const char names[] = "abfnrst";
	static const char means[] = "\a\b\f\n\r \t";
	const char *known = strchr(names, *p);

	if (*p == '\0')
		return p;
	if (*p >= '0' && *p < '8')
		return read_pppd_octal(p, value);
	if (*p != '\n')
		read_put(value, READ_TEXT, known ? means[known - names] : *p);
	return p + 1;
}

static const char *read_pppd_word(const char *p, char *value, bool *failed)
{
	char quoted = '\0';

	for (; *p; p++) {
		if (*p == '\\') {
			p = read_pppd_escape(p + 1, value) - 1;
		} else if (quoted && *p == quoted) {
			quoted = '\0';
		} else if (!quoted && (*p == '"' || *p == '\'')) {
			quoted = *p;
		} else if (!quoted && (isspace((unsigned char)*p) || *p == '#')) {
			break;
		} else {
			read_put(value, READ_TEXT, *p);
		}
	}
	/* MAXWORDLEN is 1024. */
	if (quoted || strlen(value) >= 1024)
		*failed = true;
	return p;
}

static void read_pppd(const char *p, struct read_result *result)
{
	while (*p && !result->failed) {
		if (*p == '#')
			p += strcspn(p, "\n");
		else if (isspace((unsigned char)*p))
			p++;
		else
			p = read_pppd_word(p, read_add(result)->value, &result->failed);
	}
}

#endif
