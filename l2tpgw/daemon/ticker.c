/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/ticker.h"

#include "daemon/acls.h"
#include "daemon/bans.h"
#include "daemon/accounting.h"
#include "daemon/drift.h"
#include "daemon/integration.h"
#include "daemon/leases.h"
#include "daemon/loop.h"
#include "daemon/shaper.h"
#include "daemon/workers.h"
#include "daemon/zones.h"

#define TICK_MS 500
#define SAVE_MS 60000 /* what a kill may cost of good standing, and of addresses */

static struct loop_timer timer;
static uint64_t save_due;

static void tick(void *user)
{
	struct gateway *gateway = user;

	zones_refresh(gateway);
	(void)session_tick(gateway->sessions, gateway_now());
	gateway_settle(gateway);
	accounting_tick(gateway->accounting);
	acls_tick(gateway->acls);
	shaper_tick();
	workers_tick(gateway->workers);
	drift_tick(gateway->drift);
	if (loop_ms() >= save_due) {
		save_due = loop_ms() + SAVE_MS;
		bans_save(gateway);
		leases_save(gateway);
	}
	integration_tick(gateway->integration);
	gateway->was_ready |= gateway_ready(gateway);
	loop_timer_in(&timer, TICK_MS);
}

void ticker_start(struct gateway *gateway)
{
	loop_timer_init(&timer, gateway->loop, tick, gateway);
	loop_timer_in(&timer, TICK_MS);
}
