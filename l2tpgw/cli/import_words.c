/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/import_words.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\v\f";

const struct import_syntax import_ipsec_syntax = { .comments = "#" };
const struct import_syntax import_xl2tpd_syntax = { .comments = ";#" };
const struct import_syntax import_pppd_syntax = { .comments = "#", .escapes = true };

static bool is_blank(char c)
{
	return c && strchr(blanks, c);
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

char *import_trim(char *text)
{
	size_t len;

	text += strspn(text, blanks);
	len = strlen(text);
	while (len && is_blank(text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* A comment begins a line or follows a blank; within quotes it is none. */
static void cut_comment(char *text, const struct import_syntax *syntax)
{
	char quote = '\0';

	for (char *c = text; *c; c++) {
		if (syntax->escapes && *c == '\\' && c[1])
			c++;
		else if (quote)
			quote = *c == quote ? '\0' : quote;
		else if (is_quote(*c))
			quote = *c;
		else if (strchr(syntax->comments, *c) && (c == text || is_blank(c[-1]))) {
			*c = '\0';
			return;
		}
	}
}

bool import_line(struct arena *arena, const char **text, const struct import_syntax *syntax,
		 struct import_line *line)
{
	size_t len = strcspn(*text, "\n");
	char *copy;

	if (!**text)
		return false;
	copy = arena_memdup(arena, *text, len);
	*text += len + ((*text)[len] == '\n');
	line->number++;
	line->indented = is_blank(*copy);
	cut_comment(copy, syntax);
	line->text = import_trim(copy);
	return true;
}

char *import_unquote(char *text)
{
	size_t len = strlen(text);

	if (len < 2 || !is_quote(*text) || text[len - 1] != *text)
		return text;
	text[len - 1] = '\0';
	return text + 1;
}

bool import_pair(char *text, char **name, char **value)
{
	char *equals = strchr(text, '=');

	if (!equals)
		return false;
	*equals = '\0';
	*name = import_trim(text);
	*value = import_unquote(import_trim(equals + 1));
	return true;
}

/* Takes one word off *text, in place, as pppd reads it. */
static char *take_word(char **text)
{
	char *from = *text, *to = *text, *word = *text;
	char quote = '\0';

	for (; *from && (quote || !is_blank(*from)); from++) {
		if (quote ? *from == quote : is_quote(*from))
			quote = quote ? '\0' : *from;
		else if (*from == '\\' && from[1])
			*to++ = *++from;
		else
			*to++ = *from;
	}
	*text = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

/* The same as the files of IPsec have it. */
static char *take_plain_word(char **text)
{
	char *word = *text, *quote = is_quote(*word) ? strchr(word + 1, *word) : NULL;
	char *end = quote ? quote + 1 : word + strcspn(word, blanks);

	*text = end + (*end != '\0');
	*end = '\0';
	return word;
}

static size_t split(char *text, char *(*take)(char **text), char *words[IMPORT_WORDS_MAX])
{
	size_t count = 0;

	while (count < IMPORT_WORDS_MAX) {
		text += strspn(text, blanks);
		if (!*text)
			break;
		words[count++] = take(&text);
	}
	return count;
}

size_t import_words(char *text, char *words[IMPORT_WORDS_MAX])
{
	return split(text, take_word, words);
}

size_t import_plain_words(char *text, char *words[IMPORT_WORDS_MAX])
{
	return split(text, take_plain_word, words);
}

bool import_number(const char *text, unsigned min, unsigned max, unsigned *number)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value < min || value > max)
		return false;
	*number = (unsigned)value;
	return true;
}
