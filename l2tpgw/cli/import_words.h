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

/* The next line of *text; false at the end. `comment`: characters that begin one. */
bool import_line(struct arena *arena, const char **text, const char *comment,
		 struct import_line *line);
/* Without leading and trailing blanks, in place. */
char *import_trim(char *text);
/* Without the quotes that are round it, in place. */
char *import_unquote(char *text);
/* "name = value"; false if there is no "=". Both are trimmed, quotes round the value taken off. */
bool import_pair(char *text, char **name, char **value);
/* Words as pppd reads them: blanks between, in quotes or with a backslash in front of a blank. */
size_t import_words(char *text, char *words[IMPORT_WORDS_MAX]);
/* A whole number within bounds; false if it is none. */
bool import_number(const char *text, unsigned min, unsigned max, unsigned *number);

#endif
