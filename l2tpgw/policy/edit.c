/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/edit.h"

#include <string.h>

#include "policy/json.h"
#include "policy/style.h"
#include "policy/text.h"

struct edit {
	struct doc doc;
	bool has_users;
	struct span users; /* the list */
	size_t count;      /* of users */
	struct span user;  /* the one to be changed */
};

/* Which one is called so; the number of users if none is. */
static size_t index_of(const json_t *users, const char *name)
{
	const json_t *user;
	size_t i;

	json_array_foreach(users, i, user)
	{
		const char *other = json_string_value(json_object_get(user, "name"));

		if (other && !strcmp(other, name))
			return i;
	}
	return i;
}

static void find_user(struct edit *edit, size_t index)
{
	struct span_walk walk;
	struct span_item item;

	span_enter(&walk, edit->doc.text, edit->users);
	for (size_t i = 0; i <= index && span_next(&walk, &item); i++)
		edit->user = item.value;
}

static int open_document(struct edit *edit, const json_t *root, const char *name, struct err *err)
{
	const json_t *users = json_object_get(root, "users");
	struct span_item item;
	size_t index;

	if (!json_object_size(root) || (users && !json_is_array(users)))
		return err_set(err, ERR_POLICY, "the policy is not valid; l2tpgw check says why");
	doc_open(&edit->doc, edit->doc.text, edit->doc.len);
	edit->has_users = span_member(edit->doc.text, edit->doc.root, "users", &item);
	if (edit->has_users)
		edit->users = item.value;
	edit->count = json_array_size(users);
	if (!name)
		return 0;
	index = index_of(users, name);
	if (index == edit->count)
		return err_set(err, ERR_FAILED, "there is no user \"%s\"", name);
	find_user(edit, index);
	return 0;
}

/* Finds the places; with `name`, also that user's. */
static int edit_open(struct edit *edit, const char *text, size_t len, const char *name,
		     struct err *err)
{
	struct json_wiping saved;
	struct text_fault fault;
	json_t *root;
	int result;

	*edit = (struct edit){ .doc = { .text = text, .len = len } };
	if (!text_check(text, len, &fault))
		return err_set(err, ERR_POLICY, "the policy: %s", fault.message);
	json_wiping_begin(&saved);
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	result = open_document(edit, root, name, err);
	json_decref(root);
	json_wiping_end(&saved);
	return result;
}

static void add_behind(const struct edit *edit, const struct edit_user *users, size_t count,
		       struct buf *out)
{
	struct style list = style_of(&edit->doc, edit->users, true), user = { .count = 0 };
	struct span_walk walk;
	struct span_item last = { .start = 0 };

	span_enter(&walk, edit->doc.text, edit->users);
	while (span_next(&walk, &last))
		;
	if (edit->doc.text[last.start] == '{')
		user = style_of(&edit->doc, last.value, false);
	doc_put(out, &edit->doc, 0, list.end);
	for (size_t i = 0; i < count; i++) {
		style_separator(out, &edit->doc, &list);
		style_user(out, &edit->doc, user.count ? &user : NULL, &users[i]);
	}
	doc_put(out, &edit->doc, list.end, edit->doc.len);
}

/* In place of an empty list, or behind the last key of a policy without one. */
static void add_list(const struct edit *edit, const struct edit_user *users, size_t count,
		     struct buf *out)
{
	const struct edit_member empty = { .key = "users", .literal = "" };
	struct style root = style_of(&edit->doc, edit->doc.root, true);
	struct span place = edit->has_users ? edit->users : (struct span){ root.end, root.end };

	doc_put(out, &edit->doc, 0, place.start);
	if (!edit->has_users) {
		style_separator(out, &edit->doc, &root);
		style_member(out, &edit->doc, &root, &empty);
	}
	style_list(out, &edit->doc, users, count);
	doc_put(out, &edit->doc, place.end, edit->doc.len);
}

int edit_add(const char *text, size_t len, const struct edit_user *users, size_t count,
	     struct buf *out, struct err *err)
{
	struct edit edit;

	if (edit_open(&edit, text, len, NULL, err) < 0)
		return -1;
	if (edit.count)
		add_behind(&edit, users, count, out);
	else
		add_list(&edit, users, count, out);
	return 0;
}

/* What is to go with the item that begins at `start`: one comma, and its own white space. */
static struct span cut_of(const struct edit *edit, struct span container, size_t start)
{
	struct span_walk walk;
	struct span_item item = { .start = 0 }, next;
	size_t before = 0;

	span_enter(&walk, edit->doc.text, container);
	while (span_next(&walk, &item) && item.start != start)
		before = item.value.end;
	if (before)
		return (struct span){ before, item.value.end };
	if (span_next(&walk, &next))
		return (struct span){ item.start, next.start };
	return (struct span){ container.start + 1, container.end - 1 };
}

static void cut(const struct edit *edit, struct span container, size_t start, struct buf *out)
{
	struct span gone = cut_of(edit, container, start);

	doc_put(out, &edit->doc, 0, gone.start);
	doc_put(out, &edit->doc, gone.end, edit->doc.len);
}

int edit_remove(const char *text, size_t len, const char *name, struct buf *out, struct err *err)
{
	struct edit edit;

	if (edit_open(&edit, text, len, name, err) < 0)
		return -1;
	cut(&edit, edit.users, edit.user.start, out);
	return 0;
}

static void set_behind(const struct edit *edit, const struct edit_member *member, struct buf *out)
{
	struct style style = style_of(&edit->doc, edit->user, true);

	doc_put(out, &edit->doc, 0, style.end);
	style_separator(out, &edit->doc, &style);
	style_member(out, &edit->doc, &style, member);
	doc_put(out, &edit->doc, style.end, edit->doc.len);
}

int edit_set(const char *text, size_t len, const char *name, const struct edit_member *member,
	     struct buf *out, struct err *err)
{
	struct edit edit;
	struct span_item item;

	if (edit_open(&edit, text, len, name, err) < 0)
		return -1;
	if (!span_member(text, edit.user, member->key, &item)) {
		set_behind(&edit, member, out);
		return 0;
	}
	doc_put(out, &edit.doc, 0, item.value.start);
	style_value(out, member);
	doc_put(out, &edit.doc, item.value.end, len);
	return 0;
}

int edit_unset(const char *text, size_t len, const char *name, const char *key, struct buf *out,
	       struct err *err)
{
	struct edit edit;
	struct span_item item;

	if (edit_open(&edit, text, len, name, err) < 0)
		return -1;
	if (span_member(text, edit.user, key, &item))
		cut(&edit, edit.user, item.start, out);
	else
		buf_append(out, text, len);
	return 0;
}
