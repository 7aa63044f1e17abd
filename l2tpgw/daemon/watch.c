/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/watch.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "apply/object.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/admission.h"
#include "daemon/control.h"
#include "daemon/drift.h"
#include "daemon/instance.h"
#include "daemon/loop.h"
#include "daemon/obstacles.h"
#include "daemon/workers.h"
#include "drive/dir_monitor.h"
#include "drive/net_monitor.h"

/* Changes come in bursts (a lease, a link): one look a while is enough, however long they last. */
#define SETTLE_MS 300

enum { WATCH_NET, WATCH_NFT, WATCH_XFRM, WATCH_RUN, WATCHES };

struct watch {
	struct gateway *gateway;
	int fd[WATCHES];
	sd_event_source *source[WATCHES];
	struct loop_timer timer;
	bool looking; /* the timer runs */
	bool host;    /* what to look at then */
	bool own;     /* sockets, pipes and pid files */
	unsigned kinds;
};

/* What we and our children made ourselves, and nobody else's business to remove. */
static void put_own_back(struct gateway *gateway)
{
	if (gateway->stopping)
		return;
	instance_put_back(&gateway->paths, &gateway->lock);
	control_put_back(gateway->control);
	admission_put_back(gateway->admission);
	workers_put_back(gateway->workers);
}

static void look(void *user)
{
	struct watch *watch = user;
	unsigned kinds = watch->kinds;
	bool host = watch->host, own = watch->own;

	watch->looking = watch->host = watch->own = false;
	watch->kinds = 0;
	if (host)
		gateway_host_changed(watch->gateway);
	if (own)
		put_own_back(watch->gateway);
	if (kinds)
		drift_repair(watch->gateway->drift, kinds);
	if (kinds & OBJECT_BIT(OBJECT_RULESET))
		obstacles_look(watch->gateway->obstacles);
}

static void look_soon(struct watch *watch, unsigned kinds)
{
	watch->kinds |= kinds;
	if (watch->looking)
		return;
	watch->looking = true;
	loop_timer_in(&watch->timer, SETTLE_MS);
}

/* What was seen, as net_monitor_drain() has it; that nothing could be read is told. */
static int drain(int fd, const char *name)
{
	struct err err = { .code = ERR_NONE };
	int what = net_monitor_drain(fd, &err);

	if (what < 0)
		log_warning("watching %s: %s", name, err.text);
	return what;
}

static int net_readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct watch *watch = user;
	int what = drain(fd, "the network");

	(void)source;
	(void)revents;
	if (what == 0)
		return 0;
	watch->host = true;
	look_soon(watch, 0);
	return 0;
}

/* Without the table nothing gets through: that is put right at once. */
static int nft_readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct watch *watch = user;
	int what = drain(fd, "nftables");

	(void)source;
	(void)revents;
	if (what & (NET_MONITOR_TABLE_GONE | NET_MONITOR_OVERRUN))
		drift_repair(watch->gateway->drift, OBJECT_BIT(OBJECT_RULESET));
	else if (what != 0)
		look_soon(watch, OBJECT_BIT(OBJECT_RULESET));
	return 0;
}

static int xfrm_readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct watch *watch = user;
	int what = drain(fd, "IPsec policies");

	(void)source;
	(void)revents;
	if (what != 0)
		look_soon(watch, OBJECT_BIT(OBJECT_XFRM));
	return 0;
}

/* They come and go by our own doing, too. */
static bool is_own(const char *name)
{
	static const char *const ends[] = { ".sock", ".pid", ".control" };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < array_size(ends); i++) {
		if (!strcmp(dot, ends[i]))
			return true;
	}
	return !*name;
}

static void file_changed(void *user, const char *name)
{
	unsigned kind = object_kind_in_run(name);
	struct watch *watch = user;

	watch->own |= is_own(name);
	if (kind != OBJECT_KINDS)
		look_soon(watch, OBJECT_BIT(kind));
	else if (watch->own)
		look_soon(watch, 0);
}

static int run_readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct err err = { .code = ERR_NONE };

	(void)source;
	(void)revents;
	if (dir_monitor_drain(fd, file_changed, user, &err) < 0)
		log_warning("watching our files: %s", err.text);
	return 0;
}

static int open_all(struct watch *watch, struct err *err)
{
	watch->fd[WATCH_NET] = net_monitor_open(err);
	watch->fd[WATCH_NFT] = net_monitor_open_nft(err);
	watch->fd[WATCH_XFRM] = net_monitor_open_xfrm(err);
	watch->fd[WATCH_RUN] = dir_monitor_open(watch->gateway->paths.run, err);
	for (unsigned i = 0; i < WATCHES; i++) {
		if (watch->fd[i] < 0)
			return -1;
	}
	return 0;
}

int watch_open(struct gateway *gateway, struct err *err)
{
	static const sd_event_io_handler_t handlers[WATCHES] = {
		[WATCH_NET] = net_readable,
		[WATCH_NFT] = nft_readable,
		[WATCH_XFRM] = xfrm_readable,
		[WATCH_RUN] = run_readable,
	};
	struct watch *watch = mem_alloc(sizeof(*watch));

	watch->gateway = gateway;
	loop_timer_init(&watch->timer, gateway->loop, look, watch);
	gateway->watch = watch;
	if (open_all(watch, err) < 0)
		return -1;
	for (unsigned i = 0; i < WATCHES; i++)
		watch->source[i] =
		    loop_watch(gateway->loop, watch->fd[i], EPOLLIN, handlers[i], watch);
	return 0;
}

void watch_close(struct watch *watch)
{
	if (!watch)
		return;
	loop_timer_free(&watch->timer);
	for (unsigned i = 0; i < WATCHES; i++) {
		loop_unwatch(&watch->source[i]);
		if (watch->fd[i] >= 0)
			(void)close(watch->fd[i]);
	}
	free(watch);
}
