/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/ticker.h"

#include <systemd/sd-daemon.h>

#include "apply/object.h"
#include "daemon/loop.h"

#define TICK_MS   500
#define REPAIR_MS 5000

static struct loop_timer timer;
static uint64_t repair_due;

/* What could not be put back once may be possible now; leaving it is not an option. */
static void repair(struct gateway *gateway)
{
	if (!gateway->broken || gateway->stopping || loop_ms() < repair_due)
		return;
	repair_due = loop_ms() + REPAIR_MS;
	gateway_repair(gateway, OBJECT_ALL, "something is not as it should be");
}

static void tick(void *user)
{
	struct gateway *gateway = user;

	(void)session_tick(gateway->sessions, gateway_now());
	gateway_settle(gateway);
	repair(gateway);
	gateway->was_ready |= gateway_ready(gateway);
	(void)sd_notify(0, "WATCHDOG=1");
	loop_timer_in(&timer, TICK_MS);
}

void ticker_start(struct gateway *gateway)
{
	loop_timer_init(&timer, gateway->loop, tick, gateway);
	loop_timer_in(&timer, TICK_MS);
}
