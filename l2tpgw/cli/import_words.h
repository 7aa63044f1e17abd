/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_IMPORT_WORDS_H
#define L2TPGW_CLI_IMPORT_WORDS_H

/* The lines and words that the old configuration files have in common. */
#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

#define IMPORT_WORDS_MAX 16

struct import_line {
	unsigned number; /* from 1 */
	bool indented;
	char *text; /* without line end, leading and trailing blanks and comment; may be "" */
};

struct import_syntax {
	const char *comments; /* characters that begin one */
	bool escapes;         /* a backslash takes the meaning off the next character */
};

extern const struct import_syntax import_ipsec_syntax, import_xl2tpd_syntax, import_pppd_syntax;

/* The next line of *text; false at the end. */
bool import_line(struct arena *arena, const char **text, const struct import_syntax *syntax,
		 struct import_line *line);
/* Without leading and trailing blanks, in place. */
char *import_trim(char *text);
/* Without the quotes that are round it, in place. */
char *import_unquote(char *text);
/* "name = value"; false if there is no "=". Both are trimmed, quotes round the value taken off. */
bool import_pair(char *text, char **name, char **value);
/* Words as pppd reads them: blanks between, in quotes or with a backslash in front of a blank. */
size_t import_words(char *text, char *words[IMPORT_WORDS_MAX]);
/* Words as ipsec.secrets(5) has them: quotes, which are still there, hold a whole word, and a
 * backslash is one. */
size_t import_plain_words(char *text, char *words[IMPORT_WORDS_MAX]);
/* A whole number within bounds; false if it is none. */
bool import_number(const char *text, unsigned min, unsigned max, unsigned *number);

#endif
