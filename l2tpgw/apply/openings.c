/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/openings.h"

#include <string.h>
#include <unistd.h>

#include "apply/opening_tools.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "drive/firewalld.h"
#include "drive/lock_file.h"

#define RECORD_MAX   65536
#define OPENINGS_MAX 256
#define LOCK_MS      60000
#define FILE_MODE    0600

/* ---- the record ---- */

void openings_parse(struct arena *arena, const char *text, size_t len, struct openings *openings)
{
	const char *end = text + len;

	*openings = (struct openings){ NULL, 0 };
	for (const char *line = text; line < end && openings->count < OPENINGS_MAX;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t size = (size_t)((stop ? stop : end) - line);
		struct opening opening;

		if (opening_parse(arena, line, size, &opening))
			*(struct opening *)arena_push(arena, (void **)&openings->list,
						      &openings->count, sizeof(opening)) = opening;
		line += size + 1;
	}
}

void openings_text(struct arena *arena, const struct openings *openings, struct buf *out)
{
	for (size_t i = 0; i < openings->count; i++)
		buf_printf(out, "%s\n", opening_line(arena, &openings->list[i]));
}

bool openings_recorded(const struct paths *paths)
{
	return access(paths->openings, F_OK) == 0;
}

static int record_read(const struct paths *paths, struct arena *arena, struct openings *openings,
		       struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	*openings = (struct openings){ NULL, 0 };
	if (!openings_recorded(paths))
		return 0;
	if (file_read(paths->openings, RECORD_MAX, &text, err) < 0)
		return -1;
	openings_parse(arena, buf_text(&text), text.len, openings);
	return 0;
}

static int record_write(const struct paths *paths, struct arena *arena,
			const struct openings *openings, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (!openings->count)
		return file_remove_durable(paths->openings, err);
	openings_text(arena, openings, &text);
	return file_write(paths->openings, text.data, text.len, FILE_MODE, true, err);
}

static size_t find(const struct openings *openings, const struct opening *opening)
{
	size_t i = 0;

	while (i < openings->count && !opening_same(&openings->list[i], opening))
		i++;
	return i;
}

/* ---- what differs ---- */

static void step_add(struct arena *arena, struct opening_steps *steps,
		     const struct opening_step *step)
{
	*(struct opening_step *)arena_push(arena, (void **)&steps->list, &steps->count,
					   sizeof(*step)) = *step;
}

/* The zone of the WAN, if firewalld is among those that block; 1 = it is, but does not answer. */
static int find_zone(const struct neighbour_blocks *blocks, const char *wan,
		     char zone[FIREWALLD_ZONE_MAX], struct err *err)
{
	cleanup_firewalld struct firewalld *firewalld = NULL;
	bool blocked = false;
	int rc;

	zone[0] = '\0';
	for (size_t i = 0; i < blocks->count; i++)
		blocked |= blocks->list[i].certain && blocks->list[i].tool == TOOL_FIREWALLD;
	if (!blocked)
		return 0;
	rc = firewalld_open(&firewalld, err);
	return rc ? rc : firewalld_zone_of(firewalld, wan, zone, err);
}

static int find_wanted(const struct openings_wish *wish, struct arena *arena,
		       struct openings *wanted, bool *silent, struct err *err)
{
	const struct neighbour_traffic traffic = { .wan = wish->wan };
	char zone[FIREWALLD_ZONE_MAX];
	struct neighbour_blocks blocks;
	const char *kept;
	int rc;

	if (neighbours_find(arena, &traffic, &blocks, err) < 0)
		return -1;
	rc = find_zone(&blocks, wish->wan, zone, err);
	if (rc < 0)
		return -1;
	*silent = rc > 0;
	kept = *zone ? arena_strdup(arena, zone) : NULL;
	for (size_t i = 0; i < blocks.count; i++)
		openings_against(arena, &blocks.list[i], kept, wanted);
	return 0;
}

/*
 * What is wanted and not there is put in. What is there and was needed once stays, for with it
 * nothing is blocked any more.
 */
static int diff_wanted(const struct openings_wish *wish, const struct openings *recorded,
		       struct arena *arena, struct opening_steps *steps, struct err *err)
{
	struct openings wanted = { NULL, 0 };

	if (find_wanted(wish, arena, &wanted, &steps->silent, err) < 0)
		return -1;
	for (size_t i = 0; i < wanted.count; i++) {
		struct opening_step step = { .opening = wanted.list[i], .put = true };
		bool known = find(recorded, &wanted.list[i]) < recorded->count, there = false;

		if (known && opening_is_there(&wanted.list[i], &there, err) < 0)
			return -1;
		step.again = known;
		if (!there)
			step_add(arena, steps, &step);
	}
	return 0;
}

int openings_diff(const struct paths *paths, const struct openings_wish *wish, struct arena *arena,
		  struct opening_steps *steps, struct err *err)
{
	struct openings recorded;

	*steps = (struct opening_steps){ .list = NULL };
	if (record_read(paths, arena, &recorded, err) < 0)
		return -1;
	if (wish->integrate)
		return diff_wanted(wish, &recorded, arena, steps, err);
	for (size_t i = recorded.count; i-- > 0;)
		step_add(arena, steps, &(struct opening_step){ .opening = recorded.list[i] });
	return 0;
}

/* ---- doing ---- */

static int put(const struct paths *paths, struct arena *arena, struct openings *recorded,
	       const struct opening *opening, struct err *err)
{
	if (find(recorded, opening) == recorded->count) {
		if (recorded->count == OPENINGS_MAX)
			return err_set(err, ERR_FAILED, "%s has too many lines", paths->openings);
		*(struct opening *)arena_push(arena, (void **)&recorded->list, &recorded->count,
					      sizeof(*opening)) = *opening;
		if (record_write(paths, arena, recorded, err) < 0)
			return -1;
	}
	return opening_put(opening, err);
}

static int take(const struct paths *paths, struct arena *arena, struct openings *recorded,
		const struct opening *opening, struct err *err)
{
	size_t at = find(recorded, opening);

	if (opening_take(opening, err) < 0)
		return -1;
	if (at == recorded->count)
		return 0;
	recorded->list[at] = recorded->list[--recorded->count];
	return record_write(paths, arena, recorded, err);
}

static int do_all(const struct paths *paths, const struct opening_steps *steps, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct err one = { .code = ERR_NONE };
	struct openings recorded;
	int result = 0;

	if (record_read(paths, arena, &recorded, err) < 0)
		return -1;
	for (size_t i = 0; i < steps->count; i++) {
		const struct opening_step *step = &steps->list[i];

		if ((step->put ? put : take)(paths, arena, &recorded, &step->opening, &one) == 0)
			continue;
		if (result == 0)
			*err = one;
		result = -1;
	}
	return result;
}

int openings_lock(const struct paths *paths, struct err *err)
{
	cleanup_fd int lock = lock_file_take(paths->openings_lock, "other firewalls", LOCK_MS, err);

	if (lock < 0 || lock_file_is_there(lock, paths->openings_lock))
		return steal_fd(&lock);
	return err_set(err, ERR_LOCKED, "the gateway was taken down meanwhile");
}

int openings_follow(const struct paths *paths, const struct openings_wish *wish,
		    struct arena *arena, struct opening_steps *steps, struct err *err)
{
	*steps = (struct opening_steps){ .list = NULL };
	if (openings_diff(paths, wish, arena, steps, err) < 0)
		return -1;
	if (do_all(paths, steps, err) < 0)
		return -1;
	return steps->silent ? err_set(err, ERR_FAILED, "firewalld blocks, but does not answer")
			     : 0;
}

void openings_changes(struct changes *changes, const struct opening_steps *steps)
{
	for (size_t i = 0; i < steps->count; i++) {
		const struct opening_step *step = &steps->list[i];

		(void)change_add(changes, opening_text(changes->arena, &step->opening),
				 step->put ? CHANGE_ADD : CHANGE_REMOVE, KEY_LIVE,
				 step->again ? "somebody took it out" : NULL);
	}
}
