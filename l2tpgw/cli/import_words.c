/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/import_words.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\v\f";

static bool is_blank(char c)
{
	return c && strchr(blanks, c);
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
static void cut_comment(char *text, const char *comment)
{
	char quote = '\0';

	for (char *c = text; *c; c++) {
		if (*c == '\\' && c[1])
			c++;
		else if (quote)
			quote = *c == quote ? '\0' : quote;
		else if (*c == '"' || *c == '\'')
			quote = *c;
		else if (strchr(comment, *c) && (c == text || is_blank(c[-1]))) {
			*c = '\0';
			return;
		}
	}
}

bool import_line(struct arena *arena, const char **text, const char *comment,
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
	cut_comment(copy, comment);
	line->text = import_trim(copy);
	return true;
}

char *import_unquote(char *text)
{
	size_t len = strlen(text);

	if (len < 2 || (*text != '"' && *text != '\'') || text[len - 1] != *text)
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

/* Takes one word off *text, in place. */
static char *take_word(char **text)
{
	char *from = *text, *to = *text, *word = *text;
	char quote = '\0';

	for (; *from && (quote || !is_blank(*from)); from++) {
		if (quote ? *from == quote : *from == '"' || *from == '\'')
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

size_t import_words(char *text, char *words[IMPORT_WORDS_MAX])
{
	size_t count = 0;

	while (count < IMPORT_WORDS_MAX) {
		text += strspn(text, blanks);
		if (!*text)
			break;
		words[count++] = take_word(&text);
	}
	return count;
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
