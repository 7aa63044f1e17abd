/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/history.h"
#include "base/cleanup.h"
#include "base/rfc3339.h"
#include "cli/generation.h"
#include "cli/print.h"
#include "cli/print_change.h"
#include "cli/textdiff.h"
#include "cli/verb.h"
#include "policy/json.h"
#include "policy/mask.h"

static const char *const titles[] = { "N", "WHEN", "WHO", "WHAT", "RESULT", "CHANGES", "DETAIL" };
#define COLUMNS array_size(titles)

struct history {
	struct generation *list; /* oldest first */
	size_t count;
	unsigned current;
};

static json_t *generation_json(const struct generation *g)
{
	char when[RFC3339_MAX];

	return json_pack(
	    "{s:i, s:o, s:o, s:o, s:s, s:o, s:i}", "number", (int)g->number, "when",
	    rfc3339_text(g->when, when) ? json_string(when) : json_null(), "who", json_text(g->who),
	    "what", json_text(g->what), "result", generation_result_name(g->result), "detail",
	    *g->detail ? json_text(g->detail) : json_null(), "effects", (int)g->changes);
}

/* ---- all ---- */

static void list_json(const struct history *history)
{
	json_t *list = json_array(), *result;

	for (size_t i = 0; i < history->count; i++)
		json_array_append_new(list, generation_json(&history->list[i]));
	result = json_pack("{s:s, s:o, s:o}", "schema", "l2tpgw.history/1", "current",
			   history->current ? json_integer(history->current) : json_null(),
			   "generations", list);
	print_json(result);
	json_decref(result);
}

/* What l2tpgwd reported may have several. */
static const char *one_line(struct arena *arena, const char *text)
{
	char *line = arena_strdup(arena, text);

	for (char *c = line; *c; c++) {
		if ((unsigned char)*c < ' ')
			*c = ' ';
	}
	return line;
}

static void cells_of(struct arena *arena, const struct history *history, const struct generation *g,
		     const char **cell)
{
	char when[RFC3339_MAX];

	cell[0] = arena_printf(arena, "%u%s", g->number, g->number == history->current ? "*" : "");
	cell[1] = rfc3339_text(g->when, when) ? arena_strdup(arena, when) : NULL;
	cell[2] = *g->who ? g->who : NULL;
	cell[3] = *g->what ? g->what : NULL;
	cell[4] = generation_result_name(g->result);
	cell[5] = arena_printf(arena, "%u", g->changes);
	cell[6] = one_line(arena, g->detail);
}

/* The newest first. */
static void list_text(struct arena *arena, const struct history *history)
{
	const char **cells = arena_alloc(arena, history->count * COLUMNS * sizeof(*cells) + 1);

	if (!history->count) {
		puts("nothing was applied yet");
		return;
	}
	for (size_t i = 0; i < history->count; i++)
		cells_of(arena, history, &history->list[history->count - 1 - i],
			 cells + i * COLUMNS);
	print_table(titles, COLUMNS, cells, history->count);
	if (history->current)
		puts("* is in force");
}

/* ---- one ---- */

/* What was in force when it came: the last one before it that was applied. */
static unsigned predecessor(const struct history *history, unsigned number)
{
	for (size_t i = history->count; i-- > 0;) {
		const struct generation *g = &history->list[i];

		if (g->number < number && g->result == GENERATION_APPLIED)
			return g->number;
	}
	return 0;
}

static int read_side(const struct paths *paths, struct arena *arena, unsigned number,
		     struct textdiff_side *side, struct buf *text, struct err *err)
{
	cleanup_buf struct buf masked = BUF_INIT;

	if (!number) {
		*side = (struct textdiff_side){ "nothing", "", "" };
		return 0;
	}
	if (history_policy(paths, number, text, err) < 0)
		return -1;
	mask_text(buf_text(text), text->len, &masked);
	*side = (struct textdiff_side){
		.name = arena_printf(arena, "generation %u", number),
		.text = buf_text(text),
		.shown = arena_strdup(arena, buf_text(&masked)),
	};
	return 0;
}

static int diff_of(const struct paths *paths, const struct history *history, unsigned number,
		   struct buf *diff, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf before_text = BUF_INIT, after_text = BUF_INIT;
	struct textdiff_side before, after;

	if (read_side(paths, arena, predecessor(history, number), &before, &before_text, err) < 0 ||
	    read_side(paths, arena, number, &after, &after_text, err) < 0)
		return -1;
	textdiff(&before, &after, diff);
	return 0;
}

static void one_json(const struct generation *g, const struct changes *changes,
		     const struct buf *diff)
{
	json_t *result = json_pack("{s:s}", "schema", "l2tpgw.generation/1");
	cleanup_json json_t *about = generation_json(g);

	(void)json_object_update(result, about);
	(void)json_object_set_new(result, "changes", changes_json(changes));
	(void)json_object_set_new(result, "diff", json_text(buf_text(diff)));
	print_json(result);
	json_decref(result);
}

static void one_text(const struct generation *g, const struct changes *changes,
		     const struct buf *diff)
{
	char when[RFC3339_MAX];

	printf("generation %u: %s by %s at %s, %s%s%s\n", g->number, g->what, g->who,
	       rfc3339_text(g->when, when) ? when : "-", generation_result_name(g->result),
	       *g->detail ? ": " : "", g->detail);
	print_changes(changes);
	if (changes->count < g->changes)
		printf("and %zu more\n", g->changes - changes->count);
	(void)fputs(diff->len ? buf_text(diff) : "the text of the policy did not change\n", stdout);
}

static int show_one(const struct args *args, const struct history *history, struct arena *arena,
		    struct err *err)
{
	cleanup_buf struct buf diff = BUF_INIT;
	struct changes changes = { .arena = arena };
	struct generation g;
	unsigned number;

	if (generation_parse(args->operand[0], &number, err) < 0 ||
	    history_read(args->paths, number, &g, &changes, err) < 0 ||
	    diff_of(args->paths, history, number, &diff, err) < 0)
		return -1;
	if (args->given[OPTION_JSON])
		one_json(&g, &changes, &diff);
	else
		one_text(&g, &changes, &diff);
	return 0;
}

int verb_history(const struct args *args, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct history history;

	if (geteuid() != 0)
		return err_set(err, ERR_PERMISSION, "history needs root: policies hold secrets");
	if (history_current(args->paths, &history.current, err) < 0 ||
	    history_list(args->paths, arena, &history.list, &history.count, err) < 0)
		return -1;
	if (args->operand[0])
		return show_one(args, &history, arena, err);
	if (args->given[OPTION_JSON])
		list_json(&history);
	else
		list_text(arena, &history);
	return 0;
}
