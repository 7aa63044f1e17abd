/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/ticker.h"

#include "daemon/drift.h"
#include "daemon/loop.h"
#include "daemon/workers.h"

#define TICK_MS 500

static struct loop_timer timer;

static void tick(void *user)
{
	struct gateway *gateway = user;

	(void)session_tick(gateway->sessions, gateway_now());
	gateway_settle(gateway);
	workers_tick(gateway->workers);
	drift_tick(gateway->drift);
	gateway->was_ready |= gateway_ready(gateway);
	loop_timer_in(&timer, TICK_MS);
}

void ticker_start(struct gateway *gateway)
{
	loop_timer_init(&timer, gateway->loop, tick, gateway);
	loop_timer_in(&timer, TICK_MS);
}
