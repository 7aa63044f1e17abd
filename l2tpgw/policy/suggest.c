/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/suggest.h"

#include <ctype.h>
#include <string.h>

#define SUGGEST_MAX 32 /* longer words get no suggestion */

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static int same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment: inserted, lost, changed or swapped neighbouring letters count one. */
static size_t suggest_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][SUGGEST_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2], *spare;

	for (size_t j = 0; j <= b_len; j++)
		above[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			row[j] = min3(above[j] + 1, row[j - 1] + 1,
				      above[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]) && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[b_len];
}

void suggest_begin(struct suggest *suggest, const char *word)
{
	size_t len = strnlen(word, SUGGEST_MAX + 1);

	*suggest = (struct suggest){ .word = word };
	/* A third of the letters may be wrong, at most three; one more is no longer near. */
	suggest->distance = len > SUGGEST_MAX ? 0 : 1 + (len < 3 ? 1 : len > 9 ? 3 : len / 3);
}

void suggest_offer(struct suggest *suggest, const char *candidate)
{
	size_t a = strnlen(suggest->word, SUGGEST_MAX + 1);
	size_t b = strnlen(candidate, SUGGEST_MAX + 1);
	size_t distance;

	if (a > SUGGEST_MAX || b > SUGGEST_MAX)
		return;
	distance = suggest_distance(suggest->word, a, candidate, b);
	if (distance >= suggest->distance || distance >= b)
		return;
	suggest->distance = distance;
	suggest->best = candidate;
}
