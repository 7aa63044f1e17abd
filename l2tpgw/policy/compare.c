/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/compare.h"

#include <string.h>

#include "base/buf.h"

#define TRAIL_MAX 8 /* the table of keys is not that deep */

struct compare {
	struct arena *arena;
	struct differences *differences;
	const void *before, *after; /* struct policy, policy_user or policy_group */
	const char *user, *group;
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
		.group = compare->group,
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
		else if (key->keys && !key->item)
			compare_members(compare, key);
		compare->depth--;
	}
}

/* ---- what has a name: users, groups ---- */

/* Sorted by their names, with which they begin. */
struct named {
	const char *list;
	size_t count, size;
};

static const void *at(const struct named *named, size_t index)
{
	return named->list + index * named->size;
}

static const char *name_at(const struct named *named, size_t index)
{
	return *(const char *const *)at(named, index);
}

typedef void compare_fn(struct compare *compare, const struct key *item);

/* Walks both lists; `name` is where the name of the one at hand is noted. */
static void compare_named(struct compare *compare, const struct key *item, const char **name,
			  const struct named *a, const struct named *b, compare_fn *each)
{
	size_t i = 0, j = 0;

	while (i < a->count || j < b->count) {
		int order = i == a->count   ? 1
			    : j == b->count ? -1
					    : strcmp(name_at(a, i), name_at(b, j));

		*name = order > 0 ? name_at(b, j) : name_at(a, i);
		compare->before = order > 0 ? NULL : at(a, i);
		compare->after = order < 0 ? NULL : at(b, j);
		each(compare, item);
		i += order <= 0;
		j += order >= 0;
	}
	*name = NULL;
}

/* Who is let in again is no harm to anybody. */
static void compare_user(struct compare *compare, const struct key *item)
{
	size_t first = compare->differences->count;
	const struct policy_user *after = compare->after;

	if (!compare->after)
		add(compare, item, DIFFERENCE_REMOVED)->impact = KEY_DROPS;
	else if (!compare->before)
		add(compare, item, DIFFERENCE_ADDED);
	else
		compare_members(compare, item);
	for (size_t i = first; after && i < compare->differences->count; i++) {
		struct difference *difference = &compare->differences->list[i];

		if (difference->impact == KEY_DROPS && !after->disabled)
			difference->impact = KEY_LIVE;
	}
}

static void compare_group(struct compare *compare, const struct key *item)
{
	if (!compare->after)
		add(compare, item, DIFFERENCE_REMOVED);
	else if (!compare->before)
		add(compare, item, DIFFERENCE_ADDED);
	else
		compare_members(compare, item);
}

static void compare_groups(struct compare *compare, const struct policy *before,
			   const struct policy *after)
{
	const size_t size = sizeof(*before->groups);
	const struct named a = { (const char *)before->groups, before->groups_count, size };
	const struct named b = { (const char *)after->groups, after->groups_count, size };

	compare_named(compare, key_find(&policy_keys, "groups")->item, &compare->group, &a, &b,
		      compare_group);
}

static void compare_users(struct compare *compare, const struct policy *before,
			  const struct policy *after)
{
	const size_t size = sizeof(*before->users);
	const struct named a = { (const char *)before->users, before->users_count, size };
	const struct named b = { (const char *)after->users, after->users_count, size };

	compare_named(compare, key_find(&policy_keys, "users")->item, &compare->user, &a, &b,
		      compare_user);
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
	compare_groups(&compare, before, after);
	compare_users(&compare, before, after);
	buf_free(&compare.texts[0]);
	buf_free(&compare.texts[1]);
}
