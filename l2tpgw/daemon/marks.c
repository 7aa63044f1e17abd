/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/marks.h"

#include <stdio.h>

#include "base/fabric.h"

static const char marks_name[] = FABRIC_NAME "-marks";
/* In 198.18.0.0/15 but outside what the fabric uses; nothing is ever sent between the two. */
static const char marks_local[] = "198.18.64.1";
static const char marks_remote[] = "198.18.64.2";

static void list_of_one(struct arena *arena, struct tree *parent, const char *name,
			const char *item)
{
	tree_item(arena, tree_list(arena, parent, name), item);
}

static void trap(struct arena *arena, struct tree *children, unsigned n)
{
	struct tree *child;
	char name[32];

	(void)snprintf(name, sizeof(name), "mark-%u", n);
	child = tree_section(arena, children, name);
	tree_value(arena, child, "mode", "transport");
	list_of_one(arena, child, "local_ts", "198.18.64.1/32[17/9]");
	list_of_one(arena, child, "remote_ts", "198.18.64.2/32[17/9]");
	tree_value(arena, child, "mark_in", "%unique");
	tree_value(arena, child, "mark_out", "%unique");
	tree_value(arena, child, "start_action", "trap");
}

struct tree *marks_message(struct arena *arena, unsigned count)
{
	struct tree *message = tree_new(arena);
	struct tree *connection = tree_section(arena, message, marks_name);
	struct tree *children;

	tree_value(arena, connection, "version", "1");
	list_of_one(arena, connection, "local_addrs", marks_local);
	list_of_one(arena, connection, "remote_addrs", marks_remote);
	tree_value(arena, tree_section(arena, connection, "local"), "auth", "psk");
	tree_value(arena, tree_section(arena, connection, "remote"), "auth", "psk");
	children = tree_section(arena, connection, "children");
	for (unsigned n = 0; n < count; n++)
		trap(arena, children, n);
	return message;
}

struct tree *marks_unload_message(struct arena *arena)
{
	struct tree *message = tree_new(arena);

	tree_value(arena, message, "name", marks_name);
	return message;
}
