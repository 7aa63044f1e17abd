/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/locate.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "policy/scan.h"

struct wanted {
	uint64_t pointer; /* hash */
	size_t diag;      /* index in the list */
};

struct seen_key {
	uint64_t hash;
	struct token token;
};

struct locate {
	struct diags *diags;
	struct wanted *wanted; /* sorted by hash */
	size_t wanted_count;
	bool exact; /* the pointers themselves, not what is around them */

	/* Keys of the objects that are open now, the innermost last. */
	struct seen_key *keys;
	size_t keys_count, keys_room;
	size_t bases[TEXT_DEPTH_MAX + 1]; /* by depth: where the keys of that object begin */
};

static int wanted_compare(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	return (x->pointer > y->pointer) - (x->pointer < y->pointer);
}

static size_t wanted_first(const struct locate *locate, uint64_t pointer)
{
	size_t low = 0, high = locate->wanted_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (locate->wanted[middle].pointer < pointer)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void place(const struct locate *locate, struct diag *diag, const struct scan_value *value)
{
	bool key = diag->on_key && locate->exact && value->key.type == TOKEN_STRING;

	diag->start = key ? value->key.start : value->start;
	diag->end = key ? value->key.end : value->end;
	/* Something is missing in here: its beginning is enough. */
	if (!locate->exact)
		diag->end = diag->start + 1;
	diag->located = true;
}

static void on_value(struct scan *scan, const struct scan_value *value)
{
	struct locate *locate = scan->user;

	for (size_t i = wanted_first(locate, value->pointer);
	     i < locate->wanted_count && locate->wanted[i].pointer == value->pointer; i++)
		place(locate, &locate->diags->list[locate->wanted[i].diag], value);
}

static void on_object_begin(struct scan *scan)
{
	struct locate *locate = scan->user;

	locate->bases[scan->depth] = locate->keys_count;
}

static void on_key(struct scan *scan, struct token key)
{
	struct locate *locate = scan->user;
	struct seen_key *seen;

	if (locate->keys_count == locate->keys_room) {
		locate->keys_room = locate->keys_room ? locate->keys_room * 2 : 64;
		locate->keys = mem_grow(locate->keys, locate->keys_count, locate->keys_room,
					sizeof(*locate->keys));
	}
	seen = &locate->keys[locate->keys_count++];
	*seen = (struct seen_key){ TOKEN_HASH_INIT, key };
	(void)token_hash_string(scan->text, key, &seen->hash);
}

static int seen_compare(const void *a, const void *b)
{
	const struct seen_key *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash > y->hash ? 1 : -1;
	return (x->token.start > y->token.start) - (x->token.start < y->token.start);
}

static void pointer_step(struct buf *out, const char *text, const struct scan_step *step)
{
	size_t len = step->key.end - step->key.start;

	if (step->key.type == TOKEN_END)
		buf_printf(out, "/%zu", step->index);
	else
		buf_printf(out, "/%.*s", (int)(len - 2 < 64 ? len - 2 : 64),
			   text + step->key.start + 1);
}

static void report_duplicate(struct scan *scan, struct token key)
{
	struct locate *locate = scan->user;
	struct diags *diags = locate->diags;
	size_t len = utf8_floor(scan->text + key.start,
				key.end - key.start - 1 < 64 ? key.end - key.start - 1 : 64);
	cleanup_buf struct buf pointer = BUF_INIT;
	struct diag *diag = diags_add_at(diags, key.start, key.end, "duplicate key");

	if (!diag)
		return;
	diag->on_key = true;
	for (size_t i = 1; i < scan->depth; i++)
		pointer_step(&pointer, scan->text, &scan->path[i]);
	diag->message =
	    arena_printf(diags->arena, "duplicate key \"%.*s\" in %s", (int)(len - 1),
			 scan->text + key.start + 1, diags_path(diags->arena, buf_text(&pointer)));
	pointer_step(&pointer, scan->text, &(struct scan_step){ .key = key });
	diag->pointer = arena_strdup(diags->arena, buf_text(&pointer));
}

static void on_object_end(struct scan *scan)
{
	struct locate *locate = scan->user;
	size_t base = locate->bases[scan->depth], count = locate->keys_count - base;
	struct seen_key *keys = count ? locate->keys + base : NULL;

	if (count > 1)
		qsort(keys, count, sizeof(*keys), seen_compare);
	for (size_t i = 1; i < count; i++)
		if (keys[i].hash == keys[i - 1].hash)
			report_duplicate(scan, keys[i].token);
	locate->keys_count = base;
}

/* Cuts the last step off a pointer's length. */
static size_t around(const char *pointer, size_t len)
{
	while (len && pointer[len - 1] != '/')
		len--;
	return len ? len - 1 : 0;
}

static void want(struct locate *locate, const size_t *lengths)
{
	locate->wanted_count = 0;
	for (size_t i = 0; i < locate->diags->count; i++) {
		const struct diag *diag = &locate->diags->list[i];

		if (!diag->located)
			locate->wanted[locate->wanted_count++] =
			    (struct wanted){ token_hash(TOKEN_HASH_INIT, diag->pointer, lengths[i]),
					     i };
	}
	qsort(locate->wanted, locate->wanted_count, sizeof(*locate->wanted), wanted_compare);
}

/* Once for the pointers themselves, then for what is around those that do not exist. */
static void resolve(struct locate *locate, struct scan *scan)
{
	size_t count = locate->diags->count;
	size_t *lengths = mem_alloc(count * sizeof(*lengths));

	locate->wanted = mem_alloc(count * sizeof(*locate->wanted));
	for (size_t i = 0; i < count; i++)
		lengths[i] = strlen(locate->diags->list[i].pointer);
	locate->exact = true;
	want(locate, lengths);
	for (int round = 0; locate->wanted_count && round < TEXT_DEPTH_MAX; round++) {
		if (!scan_run(scan))
			break;
		locate->exact = false;
		for (size_t i = 0; i < count; i++)
			lengths[i] = around(locate->diags->list[i].pointer, lengths[i]);
		want(locate, lengths);
	}
	free(locate->wanted);
	free(lengths);
}

static int diag_compare(const void *a, const void *b)
{
	const struct diag *x = a, *y = b;

	if (x->start != y->start)
		return x->start > y->start ? 1 : -1;
	if (x->severity != y->severity)
		return x->severity > y->severity ? 1 : -1;
	return strcmp(x->message, y->message);
}

static void keep_first(struct diags *diags)
{
	size_t room[] = { [DIAG_ERROR] = DIAGS_MAX, [DIAG_WARNING] = DIAGS_MAX };
	size_t errors = 0, kept = 0;

	for (size_t i = 0; i < diags->count; i++)
		errors += diags->list[i].severity == DIAG_ERROR;
	room[DIAG_WARNING] -= errors < DIAGS_MAX ? errors : DIAGS_MAX;
	for (size_t i = 0; i < diags->count; i++) {
		if (!room[diags->list[i].severity])
			continue;
		room[diags->list[i].severity]--;
		diags->list[kept++] = diags->list[i];
	}
	diags->count = kept;
}

/* One pass, as the list is sorted. */
static void number_lines(struct diags *diags, const char *text, size_t len)
{
	unsigned line = 1, column = 1;
	size_t at = 0;

	for (size_t i = 0; i < diags->count; i++) {
		struct diag *diag = &diags->list[i];

		for (; at < diag->start && at < len; at++) {
			if (text[at] == '\n') {
				line++;
				column = 1;
			} else if (((unsigned char)text[at] & 0xc0) != 0x80) {
				column++;
			}
		}
		diag->line = line;
		diag->column = column;
	}
}

static void find_duplicates(struct locate *locate, const char *text, size_t len)
{
	struct scan scan = {
		.text = text,
		.len = len,
		.key = on_key,
		.object_begin = on_object_begin,
		.object_end = on_object_end,
		.user = locate,
	};

	(void)scan_run(&scan);
	mem_wipe_free(locate->keys, locate->keys_room * sizeof(*locate->keys));
}

void locate(struct diags *diags, const char *text, size_t len, bool duplicates)
{
	struct locate state = { .diags = diags };
	struct scan scan = { .text = text, .len = len, .value = on_value, .user = &state };

	if (diags->count)
		resolve(&state, &scan);
	if (duplicates)
		find_duplicates(&state, text, len);
	if (!diags->count)
		return;
	qsort(diags->list, diags->count, sizeof(*diags->list), diag_compare);
	keep_first(diags);
	number_lines(diags, text, len);
}

bool locate_fault(struct diags *diags, const char *text, size_t len)
{
	struct scan scan = { .text = text, .len = len };
	size_t end;

	if (scan_run(&scan))
		return false;
	end = token_next(text, len, scan.fault.at).end;
	(void)diags_add_at(diags, scan.fault.at, end, "%s", scan.fault.message);
	diags->unchecked = scan.doubt;
	return true;
}
