/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/marks.h"

#include <stdio.h>

#include "base/fabric.h"
#include "base/log.h"

static const char marks_name[] = FABRIC_NAME "-marks";
static const char marks_local[] = "198.18.64.1"; /* MARKS_LOCAL */
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
	tree_value(arena, child, "policies", "no"); /* the kernel has no work with it then */
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

static void on_used(void *user, const struct tree *response, const struct err *why)
{
	struct err err = { .code = ERR_NONE };

	(void)user;
	if (!response)
		log_warning("charon: marks in use could not be passed over: %s", why->text);
	else if (vici_success(response, &err) < 0)
		log_warning("charon: marks in use could not be passed over: %s", err.text);
}

static void use_some(struct marks *marks);

static void on_unloaded(void *user, const struct tree *response, const struct err *why)
{
	struct marks *marks = user;

	on_used(user, response, why);
	if (!response)
		return;
	if (marks->left)
		use_some(marks);
	else
		marks->done(marks->user);
}

static void use_some(struct marks *marks)
{
	cleanup_arena struct arena *arena = arena_new();
	unsigned count = marks->left < MARKS_AT_ONCE ? marks->left : MARKS_AT_ONCE;
	struct vici_request request = { .command = "load-conn",
					.message = marks_message(arena, count),
					.timeout_ms = LINK_IN_ROW_MS,
					.on_done = on_used,
					.user = marks };

	marks->left -= count;
	if (link_ask(marks->link, &request) < 0)
		return;
	request.command = "unload-conn";
	request.message = marks_unload_message(arena);
	request.on_done = on_unloaded;
	(void)link_ask(marks->link, &request);
}

void marks_use(struct marks *marks, unsigned count)
{
	marks->left = count;
	if (count)
		use_some(marks);
	else
		marks->done(marks->user);
}
