/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/tree.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tree *tree_add(struct arena *arena, struct tree *parent, enum tree_type type,
			     const char *name)
{
	struct tree *node = arena_alloc(arena, sizeof(*node));

	node->type = type;
	node->name = name ? arena_strdup(arena, name) : NULL;
	if (parent->last)
		parent->last->next = node;
	else
		parent->child = node;
	parent->last = node;
	return node;
}

struct tree *tree_new(struct arena *arena)
{
	return arena_alloc(arena, sizeof(struct tree));
}

struct tree *tree_section(struct arena *arena, struct tree *parent, const char *name)
{
	return tree_add(arena, parent, TREE_SECTION, name);
}

struct tree *tree_list(struct arena *arena, struct tree *parent, const char *name)
{
	return tree_add(arena, parent, TREE_LIST, name);
}

static void tree_set(struct arena *arena, struct tree *node, const void *data, size_t len)
{
	node->value = arena_memdup(arena, data, len);
	node->len = len;
}

void tree_item(struct arena *arena, struct tree *list, const char *value)
{
	tree_set(arena, tree_add(arena, list, TREE_ITEM, NULL), value, strlen(value));
}

void tree_value(struct arena *arena, struct tree *parent, const char *name, const char *value)
{
	tree_bytes(arena, parent, name, value, strlen(value));
}

void tree_bytes(struct arena *arena, struct tree *parent, const char *name, const void *data,
		size_t len)
{
	tree_set(arena, tree_add(arena, parent, TREE_VALUE, name), data, len);
}

void tree_printf(struct arena *arena, struct tree *parent, const char *name, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	tree_value(arena, parent, name, text);
	mem_wipe_free(text, strlen(text));
}

static void copy_below(struct arena *arena, struct tree *to, const struct tree *from)
{
	if (from->value)
		tree_set(arena, to, from->value, from->len);
	tree_foreach (node, from)
		copy_below(arena, tree_add(arena, to, node->type, node->name), node);
}

struct tree *tree_copy(struct arena *arena, const struct tree *tree)
{
	struct tree *copy = tree_new(arena);

	copy->type = tree->type;
	copy->name = tree->name ? arena_strdup(arena, tree->name) : NULL;
	copy_below(arena, copy, tree);
	return copy;
}

const struct tree *tree_get(const struct tree *parent, const char *name)
{
	if (!parent)
		return NULL;
	tree_foreach (node, parent) {
		if (node->name && !strcmp(node->name, name))
			return node;
	}
	return NULL;
}

const char *tree_text(const struct tree *parent, const char *name, const char *fallback)
{
	const struct tree *node = tree_get(parent, name);

	return node && node->type == TREE_VALUE ? node->value : fallback;
}

bool tree_number(const struct tree *parent, const char *name, int base, uint64_t *number)
{
	const struct tree *node = tree_get(parent, name);
	unsigned long long value;
	char *end;

	/* strtoull() would take blanks and a sign; a NUL among the bytes would hide the rest. */
	if (!node || node->type != TREE_VALUE || !isxdigit((unsigned char)*node->value))
		return false;
	errno = 0;
	value = strtoull(node->value, &end, base);
	if (errno || end != node->value + node->len)
		return false;
	*number = value;
	return true;
}

static bool text_equal(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

bool tree_equal(const struct tree *a, const struct tree *b)
{
	const struct tree *y = b->child;

	if (a->type != b->type || !text_equal(a->name, b->name) || a->len != b->len ||
	    (a->len && memcmp(a->value, b->value, a->len) != 0))
		return false;
	tree_foreach (x, a) {
		if (!y || !tree_equal(x, y))
			return false;
		y = y->next;
	}
	return !y;
}
