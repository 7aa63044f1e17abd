/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/external.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/fabric.h"
#include "base/mem.h"
#include "base/tree.h"
#include "daemon/loop.h"
#include "drive/vici_ask.h"

#define ANSWER_MS  10000
#define GOODBYE_MS 10000 /* for charon to end our IKE_SAs */
#define LOOK_MS    50

static void on_found(void *user, const char *event, const struct tree *message)
{
	unsigned *found = user;

	(void)event;
	(void)message;
	++*found;
}

/* "No such connection" and the like are what we want to hear: only silence is a failure. */
static int forget(struct vici *vici, const char *command, const char *key, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *message = tree_new(arena);
	const struct vici_request request = { .command = command,
					      .message = message,
					      .timeout_ms = ANSWER_MS };

	tree_value(arena, message, key, FABRIC_NAME);
	/* No waiting, and no log callback: strongSwan before 5.9.11 can deadlock in it. */
	if (!strcmp(command, "terminate"))
		tree_value(arena, message, "timeout", "-1");
	return vici_ask(vici, &request, err);
}

/* Our IKE_SAs that there are. */
static int count_ours(struct vici *vici, unsigned *found, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *message = tree_new(arena);
	const struct vici_request request = { .command = "list-sas",
					      .message = message,
					      .stream = "list-sa",
					      .timeout_ms = ANSWER_MS,
					      .on_event = on_found,
					      .user = found };

	*found = 0;
	tree_value(arena, message, "ike", FABRIC_NAME);
	return vici_ask(vici, &request, err);
}

static int wait_for_goodbye(struct vici *vici, struct err *err)
{
	uint64_t end = loop_ms() + GOODBYE_MS;
	unsigned found;

	for (;;) {
		if (count_ours(vici, &found, err) < 0)
			return -1;
		if (!found)
			return 0;
		if (loop_ms() >= end)
			return err_set(err, ERR_FAILED, "charon still has %u IKE_SAs of ours",
				       found);
		(void)poll(NULL, 0, LOOK_MS);
	}
}

int external_forget(const char *socket, struct err *err)
{
	struct vici *vici = NULL;
	int result = 0;

	if (access(socket, F_OK) < 0 || vici_connect(&vici, socket, err) < 0)
		return 0;
	if (forget(vici, "unload-conn", "name", err) < 0 ||
	    forget(vici, "unload-shared", "id", err) < 0 ||
	    forget(vici, "terminate", "ike", err) < 0 || wait_for_goodbye(vici, err) < 0)
		result = -1;
	vici_close(vici);
	return result;
}
