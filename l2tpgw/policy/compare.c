/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/compare.h"

#include <string.h>

#include "base/buf.h"

#define TRAIL_MAX 8 /* the table of keys is not that deep */

struct compare {
	struct arena *arena;
	struct differences *differences;
	const void *before, *after; /* struct policy, or struct policy_user */
	const char *user;
	const struct key
	    *trail[TRAIL_MAX]; /* keys from the root (or the user) to the one at hand */
	size_t depth;
	struct buf texts[2]; /* hold secrets; freed, so wiped, at the end */
};

static const char *path_of(const struct compare *compare)
{
	cleanup_buf struct buf path = BUF_INIT;

	for (size_t i = 0; i < compare->depth; i++)
		buf_printf(&path, "%s%s", i ? "." : "", compare->trail[i]->name);
	return arena_strdup(compare->arena, buf_text(&path));
}

static struct difference *add(struct compare *compare, const struct key *key,
			      enum difference_kind kind)
{
	struct differences *differences = compare->differences;
	struct difference *difference = arena_push(compare->arena, (void **)&differences->list,
						   &differences->count, sizeof(*difference));

	*difference = (struct difference){
		.key = key,
		.path = path_of(compare),
		.user = compare->user,
		.kind = kind,
		.impact = key->impact,
	};
	return difference;
}

static void compare_value(struct compare *compare, const struct key *key)
{
	struct buf *a = &compare->texts[0], *b = &compare->texts[1];
	struct difference *difference;

	buf_truncate(a, 0);
	buf_truncate(b, 0);
	key->show(key, compare->before, a);
	key->show(key, compare->after, b);
	if (a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len)))
		return;
	difference = add(compare, key, DIFFERENCE_CHANGED);
	if (key->secret)
		return;
	difference->before = arena_strdup(compare->arena, buf_text(a));
	difference->after = arena_strdup(compare->arena, buf_text(b));
}

static void compare_members(struct compare *compare, const struct key *object)
{
	for (size_t i = 0; i < object->keys_count; i++) {
		const struct key *key = &object->keys[i];

		compare->trail[compare->depth++] = key;
		if (key->show)
			compare_value(compare, key);
		else if (key->keys)
			compare_members(compare, key);
		compare->depth--;
	}
}

/* ---- users ---- */

/* Who is let in again is no harm to anybody. */
static void compare_user(struct compare *compare, const struct key *item,
			 const struct policy_user *before, const struct policy_user *after)
{
	size_t first = compare->differences->count;

	compare->before = before;
	compare->after = after;
	compare_members(compare, item);
	for (size_t i = first; i < compare->differences->count; i++) {
		struct difference *difference = &compare->differences->list[i];

		if (difference->impact == KEY_DROPS && !after->disabled)
			difference->impact = KEY_LIVE;
	}
}

static void compare_users(struct compare *compare, const struct policy *before,
			  const struct policy *after)
{
	const struct key *item = key_find(&policy_keys, "users")->item;
	const struct policy_user *a = before->users, *b = after->users;
	const struct policy_user *a_end = a + before->users_count, *b_end = b + after->users_count;

	while (a < a_end || b < b_end) {
		int order = a == a_end ? 1 : b == b_end ? -1 : strcmp(a->name, b->name);

		compare->user = order > 0 ? b->name : a->name;
		if (order < 0)
			add(compare, item, DIFFERENCE_REMOVED)->impact = KEY_DROPS;
		else if (order > 0)
			add(compare, item, DIFFERENCE_ADDED);
		else
			compare_user(compare, item, a, b);
		a += order <= 0;
		b += order >= 0;
	}
}

void policy_compare(const struct policy *before, const struct policy *after, struct arena *arena,
		    struct differences *differences)
{
	struct compare compare = {
		.arena = arena,
		.differences = differences,
		.before = before,
		.after = after,
	};

	*differences = (struct differences){ NULL, 0 };
	compare_members(&compare, &policy_keys);
	compare_users(&compare, before, after);
	buf_free(&compare.texts[0]);
	buf_free(&compare.texts[1]);
}
