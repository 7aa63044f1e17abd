/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/link.h"

#include <sys/epoll.h>

#include "base/cleanup.h"
#include "base/log.h"

static void link_arm(struct link *link)
{
	uint32_t events = EPOLLIN | (vici_wants_write(link->vici) ? EPOLLOUT : 0u);

	(void)sd_event_source_set_io_events(link->source, events);
	loop_timer_at(&link->timer, vici_deadline(link->vici));
}

static void link_process(void *user)
{
	struct link *link = user;
	struct err err = { .code = ERR_NONE };
	bool late;

	if (!link->vici)
		return;
	late = vici_deadline(link->vici) <= loop_ms();
	if (vici_ready(link->vici, loop_ms(), &err) < 0) {
		link->ops->lost(link->user, err.text, late);
		return;
	}
	link->ops->heard(link->user);
	if (link->vici)
		link_arm(link);
}

static int link_readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	(void)source;
	(void)fd;
	(void)revents;
	link_process(user);
	return 0;
}

void link_init(struct link *link, sd_event *loop, const struct link_ops *ops, void *user)
{
	*link = (struct link){ .loop = loop, .ops = ops, .user = user };
	loop_timer_init(&link->timer, loop, link_process, link);
}

void link_free(struct link *link)
{
	link_close(link);
	loop_timer_free(&link->timer);
}

int link_open(struct link *link, const char *path, struct err *err)
{
	if (vici_connect(&link->vici, path, err) < 0)
		return -1;
	link->source = loop_watch(link->loop, vici_fd(link->vici), EPOLLIN, link_readable, link);
	return 0;
}

void link_close(struct link *link)
{
	struct vici *vici = steal_ptr(link->vici);

	loop_unwatch(&link->source);
	loop_timer_at(&link->timer, UINT64_MAX);
	vici_close(vici);
}

int link_listen(struct link *link, const char *event, vici_event_fn on_event, void *user,
		unsigned timeout_ms, struct err *err)
{
	return vici_listen(link->vici, event, on_event, user, loop_ms(), timeout_ms, err);
}

int link_ask(struct link *link, const struct vici_request *request)
{
	struct err err = { .code = ERR_NONE };

	if (!link->vici)
		return -1;
	if (vici_request(link->vici, request, loop_ms(), &err) < 0) {
		log_error("charon: %s: %s", request->command, err.text);
		return -1;
	}
	link_arm(link);
	return 0;
}

void link_flush(struct link *link)
{
	link_process(link);
}

void link_terminate(struct link *link, const char *key, uint32_t id)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *message = tree_new(arena);
	const struct vici_request request = { .command = "terminate",
					      .message = message,
					      .timeout_ms = LINK_IN_ROW_MS };

	tree_printf(arena, message, key, "%u", id);
	/* No waiting, and no log callback: strongSwan before 5.9.11 can deadlock in it. */
	tree_value(arena, message, "timeout", "-1");
	(void)link_ask(link, &request);
}
