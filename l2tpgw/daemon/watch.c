/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/watch.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "apply/object.h"
#include "base/log.h"
#include "daemon/drift.h"
#include "daemon/loop.h"
#include "drive/net_monitor.h"

/* Changes come in bursts (a lease, a link): one look a while is enough, however long they last. */
#define SETTLE_MS 300

struct watch {
	struct gateway *gateway;
	int net, nft;
	sd_event_source *net_source, *nft_source;
	struct loop_timer host_timer;
	bool looking; /* the timer runs */
};

static void host_changed(void *user)
{
	struct watch *watch = user;

	watch->looking = false;
	gateway_host_changed(watch->gateway);
}

static int net_readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct watch *watch = user;
	struct err err = { .code = ERR_NONE };
	int what = net_monitor_drain(fd, &err);

	(void)source;
	(void)revents;
	if (what < 0)
		log_warning("watching the network: %s", err.text);
	if (what == 0 || watch->looking)
		return 0;
	watch->looking = true;
	loop_timer_in(&watch->host_timer, SETTLE_MS);
	return 0;
}

static int nft_readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct watch *watch = user;
	struct err err = { .code = ERR_NONE };
	int what = net_monitor_drain(fd, &err);

	(void)source;
	(void)revents;
	if (what < 0)
		log_warning("watching nftables: %s", err.text);
	if (what != 0)
		drift_repair(watch->gateway->drift, OBJECT_BIT(OBJECT_RULESET));
	return 0;
}

int watch_open(struct gateway *gateway, struct err *err)
{
	struct watch *watch = mem_alloc(sizeof(*watch));

	watch->gateway = gateway;
	watch->net = net_monitor_open(err);
	watch->nft = watch->net < 0 ? -1 : net_monitor_open_nft(err);
	if (watch->nft < 0) {
		if (watch->net >= 0)
			(void)close(watch->net);
		free(watch);
		return -1;
	}
	loop_timer_init(&watch->host_timer, gateway->loop, host_changed, watch);
	watch->net_source = loop_watch(gateway->loop, watch->net, EPOLLIN, net_readable, watch);
	watch->nft_source = loop_watch(gateway->loop, watch->nft, EPOLLIN, nft_readable, watch);
	gateway->watch = watch;
	return 0;
}

void watch_close(struct watch *watch)
{
	if (!watch)
		return;
	loop_unwatch(&watch->net_source);
	loop_unwatch(&watch->nft_source);
	loop_timer_free(&watch->host_timer);
	(void)close(watch->net);
	(void)close(watch->nft);
	free(watch);
}
