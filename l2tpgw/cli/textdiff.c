/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/textdiff.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CONTEXT 3 /* lines around a difference */

struct line {
	const char *text;
	size_t len;
	const char *shown;
	size_t shown_len;
	bool kept; /* stands in both texts */
};

struct side {
	struct line *list;
	size_t count;
};

struct range {
	size_t start, end;
};

/* A line of one text that may be an anchor. */
struct place {
	const struct line *line;
	size_t at;
	unsigned text; /* 0 or 1 */
};

struct pair {
	size_t at[2];
	size_t before; /* index + 1 of the pair before it in the best chain */
};

struct diff {
	struct arena *arena;
	struct side side[2];
};

static const char *line_end(const char *text)
{
	const char *end = strchr(text, '\n');

	return end ? end + 1 : text + strlen(text);
}

static void split(struct diff *diff, unsigned which, const struct textdiff_side *from)
{
	struct side *side = &diff->side[which];
	const char *text = from->text, *shown = from->shown;

	while (*text) {
		struct line *line =
		    arena_push(diff->arena, (void **)&side->list, &side->count, sizeof(*line));
		const char *end = line_end(text), *shown_end = line_end(shown);

		*line = (struct line){ text, (size_t)(end - text), shown,
				       (size_t)(shown_end - shown), false };
		text = end;
		shown = shown_end;
	}
}

static int line_compare(const struct line *a, const struct line *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->text, b->text, len);

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

static int place_compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = line_compare(x->line, y->line);

	if (order)
		return order;
	return x->text != y->text ? (int)x->text - (int)y->text : (x->at > y->at) - (x->at < y->at);
}

static int pair_compare(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return (x->at[0] > y->at[0]) - (x->at[0] < y->at[0]);
}

static void keep(struct diff *diff, size_t a, size_t b)
{
	diff->side[0].list[a].kept = true;
	diff->side[1].list[b].kept = true;
}

static bool same(const struct diff *diff, size_t a, size_t b)
{
	return line_compare(&diff->side[0].list[a], &diff->side[1].list[b]) == 0;
}

/* Keeps what is equal at both ends of the ranges and shortens them to what is between. */
static void trim(struct diff *diff, struct range *a, struct range *b)
{
	while (a->start < a->end && b->start < b->end && same(diff, a->start, b->start))
		keep(diff, a->start++, b->start++);
	while (a->start < a->end && b->start < b->end && same(diff, a->end - 1, b->end - 1))
		keep(diff, --a->end, --b->end);
}

/* The lines that stand once in each range, in the order of the first text. */
static struct pair *find_pairs(const struct diff *diff, const struct range ranges[2], size_t *count)
{
	size_t n = ranges[0].end - ranges[0].start + ranges[1].end - ranges[1].start, used = 0;
	struct place *places = arena_alloc(diff->arena, (n + 1) * sizeof(*places));
	struct pair *pairs = arena_alloc(diff->arena, (n / 2 + 1) * sizeof(*pairs));

	for (unsigned text = 0; text < 2; text++) {
		for (size_t at = ranges[text].start; at < ranges[text].end; at++)
			places[used++] = (struct place){ &diff->side[text].list[at], at, text };
	}
	qsort(places, n, sizeof(*places), place_compare);
	*count = 0;
	for (size_t i = 0, end; i < n; i = end) {
		end = i + 1;
		while (end < n && !line_compare(places[i].line, places[end].line))
			end++;
		if (end - i == 2 && places[i].text != places[i + 1].text)
			pairs[(*count)++] = (struct pair){ { places[i].at, places[i + 1].at }, 0 };
	}
	qsort(pairs, *count, sizeof(*pairs), pair_compare);
	return pairs;
}

/*
 * The longest chain of pairs that ascends in both texts: tops[k] is the pair (index + 1) that ends
 * a chain of k + 1 with the smallest place in the second text.
 */
static size_t longest_chain(const struct diff *diff, struct pair *pairs, size_t count)
{
	size_t *tops = arena_alloc(diff->arena, (count + 1) * sizeof(*tops)), length = 0;

	for (size_t i = 0; i < count; i++) {
		size_t low = 0, high = length;

		while (low < high) {
			size_t middle = (low + high) / 2;

			if (pairs[tops[middle] - 1].at[1] < pairs[i].at[1])
				low = middle + 1;
			else
				high = middle;
		}
		pairs[i].before = low ? tops[low - 1] : 0;
		tops[low] = i + 1;
		length += low == length;
	}
	return length ? tops[length - 1] : 0;
}

/* Between two anchors only what is equal at the ends is kept. */
static void compare(struct diff *diff)
{
	struct range ranges[2] = { { 0, diff->side[0].count }, { 0, diff->side[1].count } };
	struct pair *pairs;
	size_t count, at;

	trim(diff, &ranges[0], &ranges[1]);
	pairs = find_pairs(diff, ranges, &count);
	for (at = longest_chain(diff, pairs, count); at; at = pairs[at - 1].before) {
		const struct pair *pair = &pairs[at - 1];
		struct range a = { pair->at[0], ranges[0].end }, b = { pair->at[1], ranges[1].end };

		trim(diff, &a, &b);
		ranges[0].end = pair->at[0];
		ranges[1].end = pair->at[1];
	}
	trim(diff, &ranges[0], &ranges[1]);
}

/* ---- printing ---- */

static void put_line(struct buf *out, char sign, const struct line *line)
{
	buf_putc(out, sign);
	buf_append(out, line->shown, line->shown_len);
	if (!line->len || line->text[line->len - 1] != '\n')
		buf_puts(out, "\n\\ No newline at end of file\n");
}

/* Goes on from (a, b) over what differs and what is equal, up to more equal lines than `limit`. */
static void hunk_end(const struct diff *diff, size_t *a, size_t *b)
{
	const struct side *x = &diff->side[0], *y = &diff->side[1];
	size_t equal = 0;

	while ((*a < x->count || *b < y->count) && equal <= 2 * CONTEXT) {
		bool removed = *a < x->count && !x->list[*a].kept;
		bool added = *b < y->count && !y->list[*b].kept;

		equal = removed || added ? 0 : equal + 1;
		*a += removed || !added;
		*b += added || !removed;
	}
	equal = equal > CONTEXT ? equal - CONTEXT : 0;
	*a -= equal;
	*b -= equal;
}

static void put_hunk(const struct diff *diff, struct range a, struct range b, struct buf *out)
{
	const struct side *x = &diff->side[0], *y = &diff->side[1];

	buf_printf(out, "@@ -%zu,%zu +%zu,%zu @@\n", a.start + (a.end > a.start), a.end - a.start,
		   b.start + (b.end > b.start), b.end - b.start);
	while (a.start < a.end || b.start < b.end) {
		if (a.start < a.end && !x->list[a.start].kept)
			put_line(out, '-', &x->list[a.start++]);
		else if (b.start < b.end && !y->list[b.start].kept)
			put_line(out, '+', &y->list[b.start++]);
		else {
			put_line(out, ' ', &x->list[a.start++]);
			b.start++;
		}
	}
}

static void put_hunks(const struct diff *diff, struct buf *out)
{
	const struct side *x = &diff->side[0], *y = &diff->side[1];
	size_t a = 0, b = 0, since = 0; /* equal lines behind the last hunk */

	while (a < x->count || b < y->count) {
		struct range from, to;
		size_t back = since < CONTEXT ? since : CONTEXT;

		if (a < x->count && b < y->count && x->list[a].kept && y->list[b].kept) {
			a++;
			b++;
			since++;
			continue;
		}
		from.start = a - back;
		to.start = b - back;
		hunk_end(diff, &a, &b);
		from.end = a;
		to.end = b;
		put_hunk(diff, from, to, out);
		since = 0;
	}
}

void textdiff(const struct textdiff_side *before, const struct textdiff_side *after,
	      struct buf *out)
{
	struct diff diff = { .arena = arena_new() };

	if (strcmp(before->text, after->text) != 0) {
		split(&diff, 0, before);
		split(&diff, 1, after);
		compare(&diff);
		buf_printf(out, "--- %s\n+++ %s\n", before->name, after->name);
		put_hunks(&diff, out);
	}
	arena_free(diff.arena);
}
