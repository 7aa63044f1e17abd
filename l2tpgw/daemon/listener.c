/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/listener.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
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

static int listen_at(struct listener *listener, struct err *err)
{
	const struct listener_place *place = &listener->place;

	listener->fd = local_listen(place->path, place->type, place->mode, place->group, err);
	if (listener->fd < 0)
		return -1;
	listener->source = loop_watch(listener->loop, listener->fd, EPOLLIN, waiting, listener);
	return 0;
}

int listener_open(struct listener *listener, sd_event *loop, const struct listener_place *place,
		  const char *name, listener_fn accepted, void *user, struct err *err)
{
	*listener = (struct listener){ .fd = -1,
				       .loop = loop,
				       .place = *place,
				       .name = name,
				       .accepted = accepted,
				       .user = user };
	if (listen_at(listener, err) < 0)
		return -1;
	loop_timer_init(&listener->pause, loop, look_again, listener);
	return 0;
}

static void stop_listening(struct listener *listener)
{
	loop_unwatch(&listener->source);
	if (listener->fd >= 0)
		(void)close(steal_fd(&listener->fd));
}

void listener_put_back(struct listener *listener)
{
	struct err err = { .code = ERR_NONE };

	if (access(listener->place.path, F_OK) == 0)
		return;
	stop_listening(listener);
	if (listen_at(listener, &err) < 0)
		log_error("%s", err.text);
	else
		log_warning("drift: %s was removed; put back", listener->place.path);
}

void listener_close(struct listener *listener)
{
	stop_listening(listener);
	loop_timer_free(&listener->pause);
}
