/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/external.h"

#include <unistd.h>

#include "base/fabric.h"
#include "base/mem.h"
#include "base/tree.h"
#include "drive/vici_ask.h"

#define ANSWER_MS 10000

/* "No such connection" and the like are what we want to hear: only silence is a failure. */
static int forget(struct vici *vici, const char *command, const char *key, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *message = tree_new(arena);
	const struct vici_request request = { .command = command,
					      .message = message,
					      .timeout_ms = ANSWER_MS };

	tree_value(arena, message, key, FABRIC_NAME);
	return vici_ask(vici, &request, err);
}

int external_forget(struct err *err)
{
	const char *path = vici_system_socket();
	struct vici *vici = NULL;
	int result = 0;

	if (access(path, F_OK) < 0 || vici_connect(&vici, path, err) < 0)
		return 0;
	if (forget(vici, "unload-conn", "name", err) < 0 ||
	    forget(vici, "unload-shared", "id", err) < 0 ||
	    forget(vici, "terminate", "ike", err) < 0)
		result = -1;
	vici_close(vici);
	return result;
}
