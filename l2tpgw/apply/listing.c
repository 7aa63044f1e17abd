/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/listing.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "plan/digest.h"

#define DIFFERENCES_TOLD 4
#define DIGEST_DIGITS    32

/* ---- what stays the same is made into text ---- */

static void scrub(json_t *json)
{
	static const char *const passing[] = { "handle", "index", "expires" };
	const char *key;
	json_t *value;
	size_t i;

	for (i = 0; json_is_object(json) && i < sizeof(passing) / sizeof(passing[0]); i++)
		(void)json_object_del(json, passing[i]);
	if (json_is_object(json_object_get(json, "counter")))
		(void)json_object_set_new(json, "counter", json_null());
	json_object_foreach(json, key, value) scrub(value);
	json_array_foreach(json, i, value) scrub(value);
}

static const char *dump(struct arena *arena, json_t *json)
{
	char *text;
	const char *copy;

	scrub(json);
	text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	copy = arena_strdup(arena, text ? text : "?");
	free(text);
	return copy;
}

static bool has_flag(const json_t *set, const char *flag)
{
	const json_t *flags = json_object_get(set, "flags");
	const char *only = json_string_value(flags);
	const json_t *item;
	size_t i;

	json_array_foreach(flags, i, item)
	{
		if (json_is_string(item) && !strcmp(json_string_value(item), flag))
			return true;
	}
	return only && !strcmp(only, flag);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The kernel lists the elements of a hash in any order. */
static size_t put_elements(struct arena *arena, json_t *elements, struct buf *out)
{
	size_t count = json_array_size(elements);
	const char **texts = arena_alloc(arena, (count + 1) * sizeof(*texts));

	for (size_t i = 0; i < count; i++)
		texts[i] = dump(arena, json_array_get(elements, i));
	qsort(texts, count, sizeof(*texts), compare_texts);
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s\n", texts[i]);
	return count;
}

/* ---- parts ---- */

struct part {
	struct listing_part *part;
	struct buf text; /* what the digest is of */
};

struct parts {
	struct arena *arena;
	listing_live_fn *live;
	const void *user;
	struct listing *listing;
	struct part *list;
	size_t count;
};

static struct part *part_find(struct parts *parts, const char *kind, const char *name)
{
	for (size_t i = 0; i < parts->count; i++) {
		const struct listing_part *part = &parts->listing->parts[i];

		if (!strcmp(part->kind, kind) && !strcmp(part->name, name))
			return &parts->list[i];
	}
	return NULL;
}

/* Names are told in messages and stand in a text of lines. */
static void put_name(char *out, size_t size, const char *name)
{
	(void)snprintf(out, size, "%s", *name ? name : "-");
	for (char *c = out; *c; c++) {
		if (*c <= ' ' || *c >= 0x7f)
			*c = '?';
	}
}

static struct part *part_add(struct parts *parts, const char *kind, const char *name)
{
	struct listing_part *part = arena_push(parts->arena, (void **)&parts->listing->parts,
					       &parts->listing->count, sizeof(*part));
	struct part *added =
	    arena_push(parts->arena, (void **)&parts->list, &parts->count, sizeof(*added));

	put_name(part->kind, sizeof(part->kind), kind);
	put_name(part->name, sizeof(part->name), name);
	added->text = (struct buf)BUF_INIT;
	return added;
}

static struct listing_part *listed(struct parts *parts, const struct part *part)
{
	return &parts->listing->parts[part - parts->list];
}

static void take_rule(struct parts *parts, json_t *rule)
{
	const char *name = json_string_value(json_object_get(rule, "chain"));
	char chain[LISTING_NAME_MAX];
	struct part *part;

	put_name(chain, sizeof(chain), name ? name : "");
	part = part_find(parts, "chain", chain);
	if (!part)
		part = part_add(parts, "chain", chain);
	buf_printf(&part->text, "%s\n", dump(parts->arena, rule));
	listed(parts, part)->count++;
}

static bool is_live(const struct parts *parts, const char *kind, const char *name,
		    const json_t *set)
{
	return has_flag(set, "timeout") || has_flag(set, "dynamic") ||
	       (parts->live && name && parts->live(parts->user, kind, name));
}

static void take_object(struct parts *parts, const char *kind, json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "name"));
	json_t *elements = json_incref(json_object_get(object, "elem"));
	struct part *part = part_add(parts, kind, name ? name : "");

	(void)json_object_del(object, "elem");
	buf_printf(&part->text, "%s\n", dump(parts->arena, object));
	if (!is_live(parts, kind, name, object))
		listed(parts, part)->count = put_elements(parts->arena, elements, &part->text);
	json_decref(elements);
}

static void take(struct parts *parts, json_t *item)
{
	const char *kind;
	json_t *value;

	json_object_foreach(item, kind, value)
	{
		if (!strcmp(kind, "rule"))
			take_rule(parts, value);
		else if (strcmp(kind, "metainfo") != 0)
			take_object(parts, kind, value);
	}
}

int listing_read(struct arena *arena, const char *json, size_t len, listing_live_fn *live,
		 const void *user, struct listing *listing, struct err *err)
{
	struct parts parts = { .arena = arena, .live = live, .user = user, .listing = listing };
	json_t *root = json_loadb(json, len, 0, NULL);
	json_t *items = json_object_get(root, "nftables"), *item;
	size_t i;

	*listing = (struct listing){ NULL, 0 };
	if (!json_is_array(items)) {
		json_decref(root);
		return err_set(err, ERR_FAILED, "nftables lists something unreadable");
	}
	json_array_foreach(items, i, item) take(&parts, item);
	for (i = 0; i < parts.count; i++) {
		struct buf *text = &parts.list[i].text;

		listing->parts[i].digest = digest_hex(arena, buf_text(text), text->len);
		buf_free(text);
	}
	json_decref(root);
	return 0;
}

/* ---- as text ---- */

const char *listing_text(struct arena *arena, const struct listing *listing)
{
	cleanup_buf struct buf out = BUF_INIT;

	for (size_t i = 0; i < listing->count; i++) {
		const struct listing_part *part = &listing->parts[i];

		buf_printf(&out, "%s %s %zu %s\n", part->kind, part->name, part->count,
			   part->digest);
	}
	return arena_strdup(arena, buf_text(&out));
}

bool listing_parse(struct arena *arena, const char *text, struct listing *listing)
{
	*listing = (struct listing){ NULL, 0 };
	while (*text) {
		struct listing_part *part =
		    arena_push(arena, (void **)&listing->parts, &listing->count, sizeof(*part));
		char digest[DIGEST_DIGITS + 1];
		int used = 0;

		_Static_assert(LISTING_KIND_MAX == 16 && LISTING_NAME_MAX == 128 &&
				   DIGEST_DIGITS == 32,
			       "the field widths below");
		if (sscanf(text, "%15s %127s %9zu %32[0-9a-f]%n", part->kind, part->name,
			   &part->count, digest, &used) != 4 ||
		    text[used] != '\n')
			return false;
		part->digest = arena_strdup(arena, digest);
		text += used + 1;
	}
	return listing->count > 0;
}

/* ---- differences ---- */

static const struct listing_part *part_like(const struct listing *listing,
					    const struct listing_part *like)
{
	for (size_t i = 0; i < listing->count; i++) {
		const struct listing_part *part = &listing->parts[i];

		if (!strcmp(part->kind, like->kind) && !strcmp(part->name, like->name))
			return part;
	}
	return NULL;
}

struct differences {
	struct buf text;
	unsigned count;
};

static void tell(struct differences *differences, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void tell(struct differences *differences, const char *fmt, ...)
{
	char text[2 * LISTING_NAME_MAX];
	va_list args;

	if (++differences->count > DIFFERENCES_TOLD)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buf_printf(&differences->text, "%s%s", differences->count > 1 ? "; " : "", text);
}

static void compare_part(struct differences *differences, const struct listing_part *old,
			 const struct listing_part *now)
{
	const char *unit = !strcmp(old->kind, "chain") ? "rules" : "elements";

	if (!now)
		tell(differences, "%s %s was removed", old->kind, old->name);
	else if (old->count != now->count)
		tell(differences, "%s %s has %zu %s instead of %zu", old->kind, old->name,
		     now->count, unit, old->count);
	else if (strcmp(old->digest, now->digest) != 0)
		tell(differences, "%s %s was changed", old->kind, old->name);
}

const char *listing_difference(struct arena *arena, const struct listing *recorded,
			       const struct listing *found)
{
	struct differences differences = { .text = BUF_INIT };
	const char *text;

	for (size_t i = 0; i < recorded->count; i++)
		compare_part(&differences, &recorded->parts[i],
			     part_like(found, &recorded->parts[i]));
	for (size_t i = 0; i < found->count; i++) {
		if (!part_like(recorded, &found->parts[i]))
			tell(&differences, "%s %s was added", found->parts[i].kind,
			     found->parts[i].name);
	}
	if (differences.count > DIFFERENCES_TOLD)
		buf_printf(&differences.text, "; and %u more",
			   differences.count - DIFFERENCES_TOLD);
	text = differences.count ? arena_strdup(arena, buf_text(&differences.text)) : NULL;
	buf_free(&differences.text);
	return text;
}
