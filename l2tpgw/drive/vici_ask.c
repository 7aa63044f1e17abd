/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/vici_ask.h"

#include <poll.h>
#include <stddef.h>
#include <unistd.h>

#include "drive/boot.h"

static const char *const sockets[] = { "/run/charon.vici", "/var/run/charon.vici",
				       "/run/strongswan/charon.vici", NULL };

const char *vici_system_socket(void)
{
	for (size_t i = 0; sockets[i]; i++) {
		if (access(sockets[i], F_OK) == 0)
			return sockets[i];
	}
	return sockets[0];
}

struct question {
	const struct vici_request *request;
	bool over;
};

static void on_event(void *user, const char *event, const struct tree *message)
{
	const struct question *question = user;

	if (question->request->on_event)
		question->request->on_event(question->request->user, event, message);
}

static void on_done(void *user, const struct tree *response, const struct err *why)
{
	struct question *question = user;

	question->over = true;
	if (question->request->on_done)
		question->request->on_done(question->request->user, response, why);
}

int vici_ask(struct vici *vici, const struct vici_request *request, struct err *err)
{
	struct question question = { .request = request };
	struct vici_request ours = *request;

	ours.on_event = on_event;
	ours.on_done = on_done;
	ours.user = &question;
	if (vici_request(vici, &ours, boot_ms(), err) < 0)
		return -1;
	while (!question.over) {
		struct pollfd poll_fd = { .fd = vici_fd(vici), .events = POLLIN };
		uint64_t now = boot_ms(), deadline = vici_deadline(vici);

		if (vici_wants_write(vici))
			poll_fd.events |= POLLOUT;
		(void)poll(&poll_fd, 1, deadline > now ? (int)(deadline - now) : 0);
		if (vici_ready(vici, boot_ms(), err) < 0)
			return -1;
	}
	return 0;
}
