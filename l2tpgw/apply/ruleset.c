/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/ruleset.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply/listing.h"
#include "base/buf.h"
#include "base/fabric.h"
#include "base/file.h"
#include "drive/nft.h"
#include "plan/digest.h"

#define TEXT_MAX    (4u << 20)
#define LISTING_MAX (16u << 20) /* as JSON */
#define RECORD_MAX  65536
#define TRIES       5 /* to be alone for a moment */

#define NAMES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."

static void run_path(const struct paths *paths, const char *name, char out[PATHS_MAX])
{
	(void)snprintf(out, PATHS_MAX, "%s/%s", paths->run, name);
}

static void text_path(const struct paths *paths, char out[PATHS_MAX])
{
	run_path(paths, "ruleset.nft", out);
}

static void record_path(const struct paths *paths, char out[PATHS_MAX])
{
	run_path(paths, "ruleset.listing", out);
}

/* A set or map that our text does not empty keeps what others of us put into it. */
static bool is_kept(const void *text, const char *kind, const char *name)
{
	char needle[LISTING_NAME_MAX + 64];

	(void)snprintf(needle, sizeof(needle), "\nflush %s inet " FABRIC_TABLE " %s\n", kind, name);
	return !strstr(text, needle);
}

static int list(struct arena *arena, const char *text, struct listing *listing, struct err *err)
{
	cleanup_buf struct buf json = BUF_INIT;

	if (nft_list("list table inet " FABRIC_TABLE, true, LISTING_MAX, &json, err) < 0)
		return -1;
	return listing_read(arena, buf_text(&json), json.len, is_kept, text, listing, err);
}

/* The first line of the record is the digest of the text that it belongs to. */
static const char *record_head(struct arena *arena, const char *text, size_t len)
{
	return arena_printf(arena, "text %s\n", digest_hex(arena, text, len));
}

static int record_write(const struct paths *paths, struct arena *arena, const char *text,
			size_t len, const struct listing *listing, struct err *err)
{
	const char *record = arena_printf(arena, "%s%s", record_head(arena, text, len),
					  listing_text(arena, listing));
	char path[PATHS_MAX];

	record_path(paths, path);
	return file_write(path, record, strlen(record), 0644, false, err);
}

/* False if there is none of this text. */
static bool record_read(const struct paths *paths, struct arena *arena, const struct buf *text,
			struct listing *listing)
{
	const char *head = record_head(arena, buf_text(text), text->len);
	cleanup_buf struct buf record = BUF_INIT;
	struct err ignored;
	char path[PATHS_MAX];

	record_path(paths, path);
	return access(path, F_OK) == 0 && file_read(path, RECORD_MAX, &record, &ignored) == 0 &&
	       !strncmp(buf_text(&record), head, strlen(head)) &&
	       listing_parse(arena, buf_text(&record) + strlen(head), listing);
}

/*
 * Reading back costs time, and nothing can have changed while the kernel counts no transaction: the
 * generation at which this process last saw the table listed as recorded. 0 = never.
 */
static uint32_t seen_unchanged;

bool ruleset_is_unchanged(void)
{
	struct err ignored;
	uint32_t generation;

	return seen_unchanged && nft_generation(&generation, &ignored) == 0 &&
	       generation == seen_unchanged;
}

/* Lists; *generation is that of the listing, 0 if it did not hold still meanwhile. */
static int list_still(struct arena *arena, const char *text, struct listing *listing,
		      uint32_t *generation, struct err *err)
{
	uint32_t before;

	if (nft_generation(&before, err) < 0 || list(arena, text, listing, err) < 0 ||
	    nft_generation(generation, err) < 0)
		return -1;
	if (*generation != before)
		*generation = 0;
	return 0;
}

static void changed(struct object_value *value, const char *note)
{
	*value = (struct object_value){ .present = true, .data = "", .len = 0, .note = note };
}

/* What the table has otherwise than recorded; NULL = nothing. */
static const char *look(struct arena *arena, const char *text, const struct listing *recorded)
{
	struct listing found;
	struct err err;
	uint32_t generation;
	const char *note;

	/* libnftables 1.0.6 lists the flags of a dormant table as garbage. */
	if (list_still(arena, text, &found, &generation, &err) < 0)
		return arena_strdup(arena, err.text);
	note = listing_difference(arena, recorded, &found);
	if (!note)
		seen_unchanged = generation;
	return note;
}

int ruleset_get(const struct paths *paths, struct arena *arena, struct object_value *value,
		struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	const char *note = NULL;
	struct listing recorded;
	struct nft_table table;
	struct err ignored;
	char path[PATHS_MAX];
	int result = nft_table_get(&table, err);

	if (result != NET_DONE)
		return result < 0 ? -1 : 0;
	text_path(paths, path);
	if (access(path, F_OK) < 0 || file_read(path, TEXT_MAX, &text, &ignored) < 0 ||
	    !record_read(paths, arena, &text, &recorded)) {
		changed(value, "nothing says what it was made from");
		return 0;
	}
	if (!ruleset_is_unchanged())
		note = look(arena, buf_text(&text), &recorded);
	if (note)
		changed(value, note);
	else
		*value =
		    (struct object_value){ .present = true,
					   .data = arena_memdup(arena, buf_text(&text), text.len),
					   .len = text.len };
	return 0;
}

/* How templates/fabric.nft names them. */
static bool is_in_text(const struct listing_part *part, const char *text)
{
	char needle[LISTING_NAME_MAX + 64];

	if (!strcmp(part->kind, "table"))
		return true;
	if (!strcmp(part->kind, "chain"))
		(void)snprintf(needle, sizeof(needle), "\tchain %s {", part->name);
	else
		(void)snprintf(needle, sizeof(needle), "add %s inet " FABRIC_TABLE " %s {",
			       part->kind, part->name);
	return strstr(text, needle) != NULL;
}

/* Chains before sets: by the rules of the former the latter are in use. */
static void put_strays(const struct listing *listing, const char *text, bool chains,
		       struct buf *out)
{
	for (size_t i = 0; i < listing->count; i++) {
		const struct listing_part *part = &listing->parts[i];

		if (is_in_text(part, text) || chains != !strcmp(part->kind, "chain") ||
		    part->name[strspn(part->name, NAMES)])
			continue;
		if (chains)
			buf_printf(out, "flush chain inet " FABRIC_TABLE " %s\n", part->name);
		buf_printf(out, "delete %s inet " FABRIC_TABLE " %s\n", part->kind, part->name);
	}
}

/* Somebody else's chains and sets in our table, or those of an earlier version of ours. */
static int remove_strays(struct arena *arena, const char *text, struct listing *listing,
			 struct err *err)
{
	cleanup_buf struct buf commands = BUF_INIT;

	put_strays(listing, text, true, &commands);
	put_strays(listing, text, false, &commands);
	if (!commands.len)
		return 0;
	if (nft_run(buf_text(&commands), err) < 0)
		return err_wrap(err, "what others put into table inet " FABRIC_TABLE);
	return list(arena, text, listing, err);
}

/*
 * A set of ours that somebody made anew as something else cannot be taken over: then the table is
 * replaced as a whole, in one transaction too, and what sets hold for a while is lost. Not so if
 * the kernel only had no room for a moment, hence twice.
 */
static int run(const char *text, struct err *err)
{
	cleanup_buf struct buf anew = BUF_INIT;
	struct err ignored;

	if (nft_run(text, &ignored) == 0 || nft_run(text, err) == 0)
		return 0;
	buf_printf(&anew, "add table inet " FABRIC_TABLE "\ndelete table inet " FABRIC_TABLE "\n%s",
		   text);
	return nft_run(buf_text(&anew), &ignored);
}

/*
 * What is listed is what the text made only if nobody else had a transaction in between: ours is
 * one, and each is counted.
 */
static int run_alone(struct arena *arena, const char *text, struct listing *listing,
		     struct err *err)
{
	for (unsigned tries = 0; tries < TRIES; tries++) {
		uint32_t before, after;

		if (nft_generation(&before, err) < 0 || run(text, err) < 0 ||
		    list_still(arena, text, listing, &after, err) < 0)
			return -1;
		if (after != before + 1)
			continue;
		seen_unchanged = after;
		return 0;
	}
	return err_set(err, ERR_FAILED,
		       "nftables: others change it without a pause; table inet " FABRIC_TABLE
		       " cannot be checked");
}

int ruleset_run(const struct paths *paths, const char *text, size_t len, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct listing listing;
	char path[PATHS_MAX];

	seen_unchanged = 0;
	if (run_alone(arena, text, &listing, err) < 0 ||
	    remove_strays(arena, text, &listing, err) < 0)
		return -1;
	text_path(paths, path);
	if (file_write(path, text, len, 0644, false, err) < 0)
		return -1;
	return record_write(paths, arena, text, len, &listing, err);
}

/* Our own transaction is one, and each is counted. */
static void note_own(uint32_t before, uint32_t after)
{
	if (seen_unchanged && seen_unchanged == before && after == before + 1)
		seen_unchanged = after;
}

int ruleset_run_elements(const char *commands, struct err *err)
{
	uint32_t before, after;

	if (nft_generation(&before, err) < 0 || nft_run(commands, err) < 0 ||
	    nft_generation(&after, err) < 0)
		return -1;
	note_own(before, after);
	return 0;
}

int ruleset_set_elements(int fd, const struct nft_element *list, size_t count, struct err *err)
{
	uint32_t before, after;

	if (nft_generation_over(fd, &before, err) < 0 || nft_map_run(fd, list, count, err) < 0 ||
	    nft_generation_over(fd, &after, err) < 0)
		return -1;
	note_own(before, after);
	return 0;
}

int ruleset_remove(const struct paths *paths, struct err *err)
{
	char path[PATHS_MAX];

	if (nft_table_delete(err) < 0)
		return -1;
	record_path(paths, path);
	if (file_remove(path, err) < 0)
		return -1;
	text_path(paths, path);
	return file_remove(path, err);
}

int ruleset_is_there(const struct paths *paths, struct err *err)
{
	struct nft_table table;
	char path[PATHS_MAX];
	int result = nft_table_get(&table, err);

	if (result < 0)
		return -1;
	text_path(paths, path);
	return result == NET_DONE || access(path, F_OK) == 0;
}
