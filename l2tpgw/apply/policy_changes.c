/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/policy_changes.h"

#include <string.h>

#include "policy/compare.h"

#define VALUE_SHOWN 60 /* bytes of a value; a list of networks may be long */

static void put_cut(struct buf *out, const char *text)
{
	size_t len = strnlen(text, VALUE_SHOWN + 1);

	buf_printf(out, len > VALUE_SHOWN ? "%.*s..." : "%.*s", VALUE_SHOWN, text);
}

static void put_values(struct buf *out, const struct difference *difference)
{
	if (!difference->before) {
		buf_puts(out, "differs");
		return;
	}
	put_cut(out, difference->before);
	buf_puts(out, " -> ");
	put_cut(out, difference->after);
}

static void add_key(struct changes *changes, const struct difference *difference)
{
	cleanup_buf struct buf detail = BUF_INIT;
	const char *object = arena_printf(changes->arena, "policy %s", difference->path);

	put_values(&detail, difference);
	(void)change_add(changes, object, CHANGE_SET, difference->impact, buf_text(&detail));
}

/* Names live in the policies: those of one user or group are the same pointer. */
static const char *name_of(const struct difference *difference)
{
	return difference->user ? difference->user : difference->group;
}

/* All differences of one user or group, which stand together; returns how many. */
static size_t add_named(struct changes *changes, const struct difference *list, size_t count)
{
	static const enum change_action actions[] = {
		[DIFFERENCE_ADDED] = CHANGE_ADD,
		[DIFFERENCE_CHANGED] = CHANGE_SET,
		[DIFFERENCE_REMOVED] = CHANGE_REMOVE,
	};
	const char *object =
	    arena_printf(changes->arena, "%s %s", list[0].user ? "user" : "group", name_of(list));
	cleanup_buf struct buf detail = BUF_INIT;
	enum key_impact impact = KEY_LIVE;
	size_t i;

	for (i = 0; i < count && name_of(&list[i]) == name_of(list); i++) {
		if (list[i].impact > impact)
			impact = list[i].impact;
		if (list[i].kind != DIFFERENCE_CHANGED)
			continue;
		buf_printf(&detail, "%s%s ", i ? "; " : "", list[i].path);
		put_values(&detail, &list[i]);
	}
	(void)change_add(changes, object, actions[list[0].kind], impact,
			 detail.len ? buf_text(&detail) : NULL);
	return i;
}

void policy_changes(struct changes *changes, const struct policy *before,
		    const struct policy *after)
{
	cleanup_arena struct arena *arena = arena_new();
	struct differences differences;
	size_t i = 0;

	policy_compare(before, after, arena, &differences);
	while (i < differences.count) {
		const struct difference *difference = &differences.list[i];

		if (name_of(difference)) {
			i += add_named(changes, difference, differences.count - i);
			continue;
		}
		add_key(changes, difference);
		i++;
	}
}
