/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "session/expiry.h"
#include "session/grant.h"
#include "session/limits.h"
#include "session/machine.h"

/* What pppd, the workers, the clock and people report, led to the records it concerns. */

static void run_pid(struct session_table *table, struct session_pid pppd, struct event *event)
{
	machine_run(table, table_find_pid(table, pppd), event);
}

void session_ppp_up(struct session_table *table, struct session_now now,
		    const struct session_link *link)
{
	struct event event = { .kind = EVENT_PPP_UP, .now = now, .link = link };

	run_pid(table, link->pppd, &event);
}

void session_ppp_down(struct session_table *table, struct session_now now,
		      const struct session_end *end)
{
	struct event event = { .kind = EVENT_PPP_DOWN, .now = now, .end = end };

	run_pid(table, end->pppd, &event);
}

void session_pppd_ended(struct session_table *table, struct session_now now,
			const struct session_end *end)
{
	struct event event = { .kind = EVENT_PPPD_ENDED, .now = now, .end = end };

	run_pid(table, end->pppd, &event);
}

void session_counters(struct session_table *table, struct session_now now, uint32_t slot,
		      uint64_t rx_bytes, uint64_t tx_bytes)
{
	struct event event = {
		.kind = EVENT_COUNTERS, .now = now, .rx_bytes = rx_bytes, .tx_bytes = tx_bytes
	};

	if (slot < FABRIC_SLOTS)
		machine_run(table, table->slots[slot], &event);
}

void session_tunnel_closed(struct session_table *table, struct session_now now, uint32_t slot)
{
	struct event event = { .kind = EVENT_TUNNEL_CLOSED, .now = now };

	if (slot < FABRIC_SLOTS)
		machine_run(table, table->slots[slot], &event);
}

static void run_worker(struct session_table *table, unsigned worker, struct event *event)
{
	table_foreach(session, table)
	{
		if (worker && session->worker == worker)
			machine_run(table, session, event);
	}
}

void session_worker_died(struct session_table *table, struct session_now now, unsigned worker)
{
	struct event event = { .kind = EVENT_WORKER_DIED, .now = now };

	run_worker(table, worker, &event);
}

void session_worker_ended(struct session_table *table, struct session_now now, unsigned worker)
{
	struct event event = { .kind = EVENT_WORKER_ENDED, .now = now };

	run_worker(table, worker, &event);
}

void session_redial(struct session_table *table, struct session_now now, uint32_t slot)
{
	struct event event = { .kind = EVENT_REDIAL, .now = now };

	if (slot < FABRIC_SLOTS)
		machine_run(table, table->slots[slot], &event);
}

void session_close(struct session_table *table, struct session_now now, uint32_t slot,
		   enum session_reason reason)
{
	struct event event = { .kind = EVENT_CLOSE, .now = now, .reason = reason };

	if (slot < FABRIC_SLOTS)
		machine_run(table, table->slots[slot], &event);
}

unsigned session_close_user(struct session_table *table, struct session_now now, const char *user,
			    enum session_reason reason)
{
	unsigned count = 0;

	table_foreach(session, table)
	{
		if (!session->user[0] || strcmp(session->user, user) != 0)
			continue;
		session_close(table, now, session->slot, reason);
		count++;
	}
	return count;
}

unsigned session_close_all(struct session_table *table, struct session_now now,
			   enum session_reason reason)
{
	unsigned count = session_total(table);

	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++)
		session_close(table, now, slot, reason);
	return count;
}

bool session_change(struct session_table *table, uint32_t slot, const struct terms_reply *reply)
{
	struct session *session = slot < FABRIC_SLOTS ? table->slots[slot] : NULL;

	if (!session || !session->pppd.pid || !terms_change(&session->terms, table->policy, reply))
		return false;
	grant_given(table, session);
	machine_write(table, session);
	return true;
}

uint64_t session_tick(struct session_table *table, struct session_now now)
{
	struct event event = { .kind = EVENT_DEADLINE, .now = now };
	uint64_t next;

	expiry_enforce(table, now);
	limits_enforce(table, now);
	table_foreach(session, table)
	{
		if (session->deadline <= now.ms)
			machine_run(table, session, &event);
	}
	next = limits_next(table);
	table_foreach(left, table)
	{
		if (left->deadline < next)
			next = left->deadline;
	}
	return next;
}
