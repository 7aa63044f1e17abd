/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/history.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/record.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "policy/json.h"
#include "policy/policy.h"

#define RECORD_MAX (8u << 20) /* HISTORY_CHANGES_MAX changes with room to spare */
#define NUMBER_MAX 1000000000u
#define HALF       ".half-"         /* begins the name of what is being made or removed */
#define ENTRY_MAX  (PATHS_MAX + 64) /* bytes of a path below STATE/history */

struct numbers {
	struct arena *arena;
	unsigned *list; /* ascending */
	size_t count;
};

/* 0 = that is no number of a generation. */
static unsigned parse_number(const char *text)
{
	unsigned long number;
	char *end;

	if (*text < '1' || *text > '9')
		return 0;
	number = strtoul(text, &end, 10);
	return *end == '\0' && number <= NUMBER_MAX ? (unsigned)number : 0;
}

static void path_of(const struct paths *paths, unsigned number, const char *name,
		    char out[ENTRY_MAX])
{
	(void)snprintf(out, ENTRY_MAX, "%s/%u/%s", paths->history, number, name);
}

/* Calls `visit` for every name; a directory that is not there has none. */
static int each_entry(const char *path, void (*visit)(const char *name, void *user), void *user,
		      struct err *err)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	if (!dir)
		return errno == ENOENT ? 0 : err_errno(err, errno, "cannot read %s", path);
	while ((entry = readdir(dir)))
		visit(entry->d_name, user);
	(void)closedir(dir);
	return 0;
}

static void note_number(const char *name, void *user)
{
	struct numbers *numbers = user;
	unsigned number = parse_number(name);

	if (number)
		*(unsigned *)arena_push(numbers->arena, (void **)&numbers->list, &numbers->count,
					sizeof(number)) = number;
}

static int ascending(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

static int find_numbers(const struct paths *paths, struct numbers *numbers, struct err *err)
{
	if (each_entry(paths->history, note_number, numbers, err) < 0)
		return -1;
	if (numbers->count)
		qsort(numbers->list, numbers->count, sizeof(*numbers->list), ascending);
	return 0;
}

static void current_path(const struct paths *paths, char out[ENTRY_MAX])
{
	(void)snprintf(out, ENTRY_MAX, "%s/current", paths->history);
}

int history_current(const struct paths *paths, unsigned *number, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	char path[ENTRY_MAX];

	*number = 0;
	current_path(paths, path);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (file_read(path, 64, &text, err) < 0)
		return -1;
	if (text.len && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	*number = parse_number(buf_text(&text));
	if (*number)
		return 0;
	return err_set(err, ERR_FAILED,
		       "%s holds no number of a generation; write the number of the one that is in "
		       "force into it, or remove it",
		       path);
}

/* ---- records ---- */

static int no_such(const struct paths *paths, unsigned number, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct numbers numbers = { .arena = arena };

	if (find_numbers(paths, &numbers, err) < 0)
		return -1;
	if (!numbers.count)
		return err_set(err, ERR_FAILED,
			       "there is no generation %u: nothing was applied yet", number);
	return err_set(err, ERR_FAILED,
		       "there is no generation %u; those kept are %u to %u, l2tpgw history lists "
		       "them",
		       number, numbers.list[0], numbers.list[numbers.count - 1]);
}

static int read_kept(const struct paths *paths, unsigned number, const char *name, size_t max,
		     struct buf *text, struct err *err)
{
	char path[ENTRY_MAX];

	path_of(paths, number, name, path);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return no_such(paths, number, err);
	return file_read(path, max, text, err);
}

static json_t *read_record(const struct paths *paths, unsigned number, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	json_t *record;

	if (read_kept(paths, number, "record.json", RECORD_MAX, &text, err) < 0)
		return NULL;
	record = json_loadb(buf_text(&text), text.len, 0, NULL);
	if (!record)
		(void)err_set(err, ERR_FAILED, "%s/%u/record.json is damaged", paths->history,
			      number);
	return record;
}

static int write_record(const char *dir, const json_t *record, struct err *err)
{
	cleanup_free char *text = json_dumps(record, JSON_INDENT(1));
	char path[ENTRY_MAX];

	if (!text)
		return err_set(err, ERR_INTERNAL, "a generation without a record");
	(void)snprintf(path, sizeof(path), "%s/record.json", dir);
	return file_write(path, text, strlen(text), 0600, true, err);
}

int history_read(const struct paths *paths, unsigned number, struct generation *g,
		 struct changes *changes, struct err *err)
{
	cleanup_json json_t *record = read_record(paths, number, err);
	unsigned current;

	if (!record || history_current(paths, &current, err) < 0)
		return -1;
	if (!record_parse(record, g, changes) || g->number != number)
		return err_set(err, ERR_FAILED, "%s/%u/record.json is damaged", paths->history,
			       number);
	if (number == current && g->result == GENERATION_PENDING)
		g->result = GENERATION_APPLIED;
	return 0;
}

int history_result(const struct paths *paths, unsigned number, enum generation_result result,
		   const char *detail, struct err *err)
{
	cleanup_json json_t *record = read_record(paths, number, err);
	char dir[ENTRY_MAX];

	if (!record)
		return -1;
	record_set_result(record, result, detail);
	(void)snprintf(dir, sizeof(dir), "%s/%u", paths->history, number);
	return write_record(dir, record, err);
}

int history_policy(const struct paths *paths, unsigned number, struct buf *text, struct err *err)
{
	return read_kept(paths, number, "policy.json", POLICY_BYTES_MAX, text, err);
}

/* One damaged record hides none of the others. */
static void read_or_damaged(const struct paths *paths, unsigned number, struct generation *g)
{
	struct err err = { .code = ERR_NONE };

	if (history_read(paths, number, g, NULL, &err) == 0)
		return;
	*g = (struct generation){ .number = number, .result = GENERATION_FAILED };
	(void)snprintf(g->detail, sizeof(g->detail), "%s", err.text);
}

int history_list(const struct paths *paths, struct arena *arena, struct generation **list,
		 size_t *count, struct err *err)
{
	struct numbers numbers = { .arena = arena };
	struct generation g;

	*list = NULL;
	*count = 0;
	if (find_numbers(paths, &numbers, err) < 0)
		return -1;
	for (size_t i = 0; i < numbers.count; i++) {
		read_or_damaged(paths, numbers.list[i], &g);
		*(struct generation *)arena_push(arena, (void **)list, count, sizeof(g)) = g;
	}
	return 0;
}

/* ---- adding and removing ---- */

struct names {
	struct arena *arena;
	const char **list;
	size_t count;
};

static void note_name(const char *name, void *user)
{
	struct names *names = user;

	if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
		*(const char **)arena_push(names->arena, (void **)&names->list, &names->count,
					   sizeof(name)) = arena_strdup(names->arena, name);
}

/* A directory of ours, and the files in it. */
static int remove_half(const char *dir, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct names names = { .arena = arena };

	if (each_entry(dir, note_name, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		if (file_remove(arena_printf(arena, "%s/%s", dir, names.list[i]), err) < 0)
			return -1;
	}
	return rmdir(dir) == 0 ? 0 : err_errno(err, errno, "cannot remove %s", dir);
}

void history_sweep(const struct paths *paths)
{
	cleanup_arena struct arena *arena = arena_new();
	struct names names = { .arena = arena };
	struct err ignored;

	(void)each_entry(paths->history, note_name, &names, &ignored);
	for (size_t i = 0; i < names.count; i++) {
		const char *path = arena_printf(arena, "%s/%s", paths->history, names.list[i]);

		if (!strncmp(names.list[i], HALF, strlen(HALF)))
			(void)remove_half(path, &ignored);
		else if (isdigit((unsigned char)names.list[i][0]))
			(void)file_remove_halves(path, &ignored);
		if (!strncmp(names.list[i], "current.", 8))
			(void)file_remove(path, &ignored);
	}
}

/* Gone at once for whoever looks, and then bit by bit. */
static int remove_generation(const struct paths *paths, unsigned number, struct err *err)
{
	char dir[ENTRY_MAX], half[ENTRY_MAX];

	(void)snprintf(dir, sizeof(dir), "%s/%u", paths->history, number);
	(void)snprintf(half, sizeof(half), "%s/" HALF "%u", paths->history, number);
	return file_rename(dir, half, err) < 0 ? -1 : remove_half(half, err);
}

/* Best effort: what cannot go now goes with the next history_add(). */
static void prune(const struct paths *paths, const struct numbers *numbers, unsigned current)
{
	struct err ignored;

	for (size_t i = 0; i + HISTORY_KEPT < numbers->count; i++) {
		if (numbers->list[i] != current)
			(void)remove_generation(paths, numbers->list[i], &ignored);
	}
}

static int fill_half(const char *dir, const struct generation *g, const char *policy, size_t len,
		     const struct changes *changes, struct err *err)
{
	cleanup_json json_t *record = record_json(g, changes);
	char path[ENTRY_MAX];

	(void)snprintf(path, sizeof(path), "%s/policy.json", dir);
	if (file_write(path, policy, len, 0600, true, err) < 0)
		return -1;
	return write_record(dir, record, err);
}

static int make_generation(const struct paths *paths, const struct generation *g,
			   const char *policy, size_t len, const struct changes *changes,
			   struct err *err)
{
	char half[ENTRY_MAX], dir[ENTRY_MAX];
	struct err ignored;

	(void)snprintf(half, sizeof(half), "%s/" HALF "XXXXXX", paths->history);
	(void)snprintf(dir, sizeof(dir), "%s/%u", paths->history, g->number);
	if (!mkdtemp(half))
		return err_errno(err, errno, "cannot create a directory in %s", paths->history);
	if (fill_half(half, g, policy, len, changes, err) == 0) {
		if (file_rename(half, dir, err) == 0)
			return 0;
		/* It may be there, but not on disk. */
		(void)remove_generation(paths, g->number, &ignored);
	}
	(void)remove_half(half, &ignored);
	return -1;
}

/*
 * The record of what is in force says so too, for when it is not in force any more. Best effort:
 * `current` is what counts, and the next history_add() tries again.
 */
static void settle_current(const struct paths *paths)
{
	struct err ignored = { .code = ERR_NONE };
	cleanup_json json_t *record = NULL;
	struct generation g;
	unsigned current;

	if (history_current(paths, &current, &ignored) < 0 || !current)
		return;
	record = read_record(paths, current, &ignored);
	if (record && record_parse(record, &g, NULL) && g.result == GENERATION_PENDING)
		(void)history_result(paths, current, GENERATION_APPLIED, NULL, &ignored);
}

int history_add(const struct paths *paths, struct generation *g, const char *policy, size_t len,
		const struct changes *changes, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct numbers numbers = { .arena = arena };
	char name[16];
	unsigned current;

	if (file_mkdirs(paths->history, 0700, err) < 0 ||
	    history_current(paths, &current, err) < 0 || find_numbers(paths, &numbers, err) < 0)
		return -1;
	history_sweep(paths);
	settle_current(paths);
	g->number = 1 + current;
	if (numbers.count && numbers.list[numbers.count - 1] >= g->number)
		g->number = 1 + numbers.list[numbers.count - 1];
	g->changes = changes ? (unsigned)changes->count : 0;
	g->result = GENERATION_PENDING;
	if (make_generation(paths, g, policy, len, changes, err) < 0)
		return -1;
	(void)snprintf(name, sizeof(name), "%u", g->number);
	note_number(name, &numbers);
	prune(paths, &numbers, current);
	return 0;
}

int history_commit(const struct paths *paths, unsigned number, struct err *err)
{
	char path[ENTRY_MAX], text[16];
	int len = snprintf(text, sizeof(text), "%u\n", number);

	if (!number) {
		current_path(paths, path);
		return file_remove(path, err);
	}
	path_of(paths, number, "policy.json", path);
	if (access(path, F_OK) < 0)
		return errno == ENOENT ? no_such(paths, number, err)
				       : err_errno(err, errno, "%s", path);
	current_path(paths, path);
	if (file_write(path, text, (size_t)len, 0600, true, err) < 0)
		return -1;
	settle_current(paths);
	return 0;
}
