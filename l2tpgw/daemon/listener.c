/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/listener.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"

#define PAUSE_MS 200

static void look_away(struct listener *listener, const struct err *why)
{
	if (!listener->starved)
		log_error("%s: %s; tried again until it works", listener->name, why->text);
	listener->starved = true;
	(void)sd_event_source_set_enabled(listener->source, SD_EVENT_OFF);
	loop_timer_in(&listener->pause, PAUSE_MS);
}

static void look_again(void *user)
{
	struct listener *listener = user;

	(void)sd_event_source_set_enabled(listener->source, SD_EVENT_ON);
}

static int waiting(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct listener *listener = user;
	struct err err = { .code = ERR_NONE };
	struct local_peer peer;
	int accepted = local_accept(fd, &peer, &err);

	(void)source;
	(void)revents;
	if (accepted == LOCAL_AGAIN)
		return 0;
	if (accepted < 0) {
		look_away(listener, &err);
		return 0;
	}
	listener->starved = false;
	listener->accepted(listener->user, accepted, &peer);
	return 0;
}

void listener_open(struct listener *listener, sd_event *loop, int fd, const char *name,
		   listener_fn accepted, void *user)
{
	*listener = (struct listener){ .fd = fd, .name = name, .accepted = accepted, .user = user };
	loop_timer_init(&listener->pause, loop, look_again, listener);
	listener->source = loop_watch(loop, fd, EPOLLIN, waiting, listener);
}

void listener_close(struct listener *listener)
{
	loop_unwatch(&listener->source);
	loop_timer_free(&listener->pause);
	(void)close(listener->fd);
}
