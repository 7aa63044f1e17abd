/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/external.h"

#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/fabric.h"
#include "base/mem.h"
#include "base/tree.h"
#include "daemon/loop.h"
#include "drive/vici.h"

#define ANSWER_MS 10000

static const char *const external_sockets[] = { "/run/charon.vici", "/var/run/charon.vici",
						"/run/strongswan/charon.vici", NULL };

const char *external_socket(void)
{
	for (size_t i = 0; external_sockets[i]; i++) {
		if (access(external_sockets[i], F_OK) == 0)
			return external_sockets[i];
	}
	return external_sockets[0];
}

/* "No such connection" and the like are what we want to hear: only silence is a failure. */
static void on_done(void *user, const struct tree *response, const struct err *why)
{
	unsigned *waiting = user;

	(void)response;
	(void)why;
	--*waiting;
}

static int ask(struct vici *vici, const char *command, const char *key, unsigned *waiting,
	       struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *message = tree_new(arena);
	const struct vici_request request = { .command = command,
					      .message = message,
					      .timeout_ms = ANSWER_MS,
					      .on_done = on_done,
					      .user = waiting };

	tree_value(arena, message, key, FABRIC_NAME);
	if (vici_request(vici, &request, loop_ms(), err) < 0)
		return -1;
	++*waiting;
	return 0;
}

static int converse(struct vici *vici, struct err *err)
{
	unsigned waiting = 0;

	if (ask(vici, "unload-conn", "name", &waiting, err) < 0 ||
	    ask(vici, "unload-shared", "id", &waiting, err) < 0 ||
	    ask(vici, "terminate", "ike", &waiting, err) < 0)
		return -1;
	while (waiting) {
		struct pollfd poll_fd = { .fd = vici_fd(vici), .events = POLLIN };
		uint64_t now = loop_ms(), deadline = vici_deadline(vici);

		if (vici_wants_write(vici))
			poll_fd.events |= POLLOUT;
		(void)poll(&poll_fd, 1, deadline > now ? (int)(deadline - now) : 0);
		if (vici_ready(vici, loop_ms(), err) < 0)
			return -1;
	}
	return 0;
}

int external_forget(struct err *err)
{
	struct vici *vici = NULL;
	int result;

	if (access(external_socket(), F_OK) < 0 || vici_connect(&vici, external_socket(), err) < 0)
		return 0;
	result = converse(vici, err);
	vici_close(vici);
	return result;
}
