/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/machine.h"

#include <stdio.h>
#include <string.h>

#include "session/admit.h"
#include "session/grant.h"
#include "session/lockout.h"
#include "session/pace.h"
#include "session/reason.h"
#include "session/report.h"

/* Milliseconds. */
#define SOFT_KILL_TIME   3000u /* for pppd to tell the client and to end */
#define HARD_KILL_TIME   1000u
#define TUNNEL_TIME      1000u  /* for xl2tpd to say goodbye, while there is an SA to carry it */
#define SA_CLOSE_TIME    5000u  /* for charon to report the CHILD_SA down */
#define REPLACE_TIME     1000u  /* for a pppd that SIGKILL was sent to */
#define LINK_DOWN_TIME   10000u /* from ip-down until pppd has ended */
#define ORPHAN_IDLE_TIME 30000u /* for a client in the middle of dialing when charon died */
#define VERIFY_DELAY     1000u  /* implicit child downs follow their IKE_SA's at once */
#define SA_CLOSE_TRIES   3u

void machine_write(struct session_table *table, const struct session *session)
{
	table_emit(table, SESSION_WRITE, session);
}

static void set_deadline(struct session *session, struct session_now now, unsigned ms)
{
	session->deadline = now.ms + ms;
}

static void close_tunnel(struct session_table *table, struct session *session)
{
	struct session_action *action;

	if (!session->tunnel || !session->worker)
		return;
	action = table_emit(table, SESSION_CLOSE_TUNNEL, session);
	action->worker = session->worker;
	action->tunnel = session->tunnel;
	session->tunnel = session->call = 0;
}

/* One that SIGKILL ends says nothing of its link's counters, which go with it. */
static void kill_pppd(struct session_table *table, const struct session *session, bool hard)
{
	struct session_action *action;

	if (!session->pppd.pid)
		return;
	if (hard && session->was_up)
		table_count(table);
	action = table_emit(table, SESSION_KILL_PPPD, session);
	action->pppd = session->pppd;
	action->hard = hard;
}

/* The SA goes: by charon, or, if that no longer knows it, by our own hand. */
static void end_sa(struct session_table *table, struct session *session, struct session_now now)
{
	struct session_action *action;

	if (!session->sa || session->sa_closing)
		return;
	if (session_orphaned(table, session)) {
		table_emit(table, SESSION_DELETE_SA, session);
		session->sa = false;
		return;
	}
	action = table_emit(table, SESSION_CLOSE_SA, session);
	action->child = session->child.id;
	if (!table_ike_users(table, session->ike.id, session))
		action->ike = session->ike.id;
	session->sa_closing = true;
	set_deadline(session, now, SA_CLOSE_TIME);
}

/*
 * The tunnel first: xl2tpd's farewell only leaves while there is an SA to carry it. A client that
 * dials anew has left this one behind by itself.
 */
static void end_tunnel(struct session_table *table, struct session *session, struct session_now now)
{
	if (!session->sa || session->sa_closing || !session->tunnel || !session->worker ||
	    session->reason == SESSION_REPLACED || session_orphaned(table, session)) {
		end_sa(table, session, now);
		return;
	}
	close_tunnel(table, session);
	session->tunnel_closing = true;
	set_deadline(session, now, TUNNEL_TIME);
}

static void finish_if_over(struct session_table *table, struct session *session,
			   enum session_reason reason)
{
	if (session->sa || session->pppd.pid)
		return;
	close_tunnel(table, session);
	report_unsecured(table, session, reason);
	table_emit(table, SESSION_FORGET_SLOT, session);
	table_emit(table, SESSION_REMOVE, session);
	table_remove(table, session);
}

void machine_close(struct session_table *table, struct session *session, struct session_now now,
		   enum session_reason reason, bool hard)
{
	session->reason = reason;
	table_state(table, session, SESSION_CLOSING);
	if (session->pppd.pid) {
		kill_pppd(table, session, hard);
		set_deadline(session, now, hard ? HARD_KILL_TIME : SOFT_KILL_TIME);
	} else {
		end_tunnel(table, session, now);
	}
	machine_write(table, session);
	finish_if_over(table, session, reason);
}

void machine_replace(struct session_table *table, struct session *session, struct session_now now)
{
	kill_pppd(table, session, true);
	session->reason = SESSION_REPLACED;
	session->tries = 1;
	set_deadline(session, now, REPLACE_TIME);
}

void machine_orphan(struct session *session, struct session_now now)
{
	if (session->state == SESSION_SECURED && session->deadline == TABLE_NEVER)
		set_deadline(session, now, ORPHAN_IDLE_TIME);
}

static void release_address(struct session_table *table, const struct session *session)
{
	if (!table_shares_address(table, session))
		addresses_release(table->addresses, session->address, session->user);
}

/* pppd is gone: whatever it stood for is over. */
static void log_out(struct session_table *table, struct session *session, const struct event *event,
		    enum session_reason reason)
{
	if (event->end->counted) {
		session->rx_bytes = event->end->rx_bytes;
		session->tx_bytes = event->end->tx_bytes;
	}
	report_ended(table, session, event->now.wall, reason, event->end);
	if (session->was_up) {
		table_account(table, session, ACCOUNT_STOP, event->now.wall, reason);
		lockout_was_on(table, event->now, session);
	} else {
		table->denied[SESSION_DENY_UNFINISHED]++;
	}
	grant_taken(table, session);
	release_address(table, session);
	session->terms = (struct session_terms){ 0 };
	session->pppd = (struct session_pid){ 0 };
	session->address = session->mtu = session->call = 0;
	session->rx_bytes = session->tx_bytes = 0;
	session->user[0] = session->ifname[0] = session->auth[0] = '\0';
	session->was_up = false;
	session->since = session->secured;
	session->deadline = TABLE_NEVER;
}

/*
 * What pppd says counts if we have not ended it ourselves, for then it only says that. A client
 * that hangs up also deletes its SA, and the second may overtake the first.
 */
static void learn_reason(struct session *session, const struct session_end *end)
{
	enum session_reason told = reason_of_end(end);
	bool overtaken =
	    session->reason == SESSION_SA_CLOSED || session->reason == SESSION_SA_PEER_GONE;

	if (!session->reason || (told == SESSION_HUNG_UP && overtaken))
		session->reason = told;
}

/* One SA per mark: no id or rekeying is needed to tell it from another. */
static void child_new(struct session_table *table, struct session *none, struct event *event)
{
	const struct sa_child *child = event->child;
	struct session *session = table_add(table, fabric_slot(child->mark));

	(void)none;
	session->ike = *event->ike;
	session->child = *child;
	session->sa = true;
	session->life = table->life;
	session->touched = table->snapshot;
	session->secured = event->now.wall - (int64_t)child->age;
	session->since = session->secured;
	session->worker = table->worker_of[child->mark & (FABRIC_SHARDS - 1)];
	(void)snprintf(session->id, sizeof(session->id), "%x-%llx", child->mark,
		       (unsigned long long)session->secured);
	report_secured(table, session);
	machine_write(table, session);
}

/* All there is to know about the SA anew: an event, or what a snapshot found out. */
static void child_refresh(struct session_table *table, struct session *session, struct event *event)
{
	struct sa_ike before = session->ike;
	bool rekeyed = session->child.id != event->child->id;
	bool moved =
	    before.remote != event->ike->remote || before.remote_port != event->ike->remote_port;

	session->ike = *event->ike;
	session->child = *event->child;
	session->peer_gone = false;
	if (rekeyed)
		report_rekeyed(table, session);
	if (moved)
		report_rebound(table, session, &before);
	if (rekeyed || moved || before.id != session->ike.id)
		machine_write(table, session);
}

static void child_refresh_closing(struct session_table *table, struct session *session,
				  struct event *event)
{
	bool again = session->sa_closing && session->child.id != event->child->id;

	child_refresh(table, session, event);
	if (!again)
		return;
	session->sa_closing = false;
	end_sa(table, session, event->now);
}

static enum session_reason sa_reason(const struct session *session, const struct event *event)
{
	if (session->peer_gone)
		return SESSION_SA_PEER_GONE;
	return event->kind == EVENT_CHILD_MISSING ? SESSION_SA_LOST : SESSION_SA_CLOSED;
}

static void child_gone_idle(struct session_table *table, struct session *session,
			    struct event *event)
{
	session->sa = false;
	finish_if_over(table, session, sa_reason(session, event));
}

/* The client cannot be reached any more: neither pppd's nor xl2tpd's farewell would leave. */
static void child_gone_busy(struct session_table *table, struct session *session,
			    struct event *event)
{
	enum session_reason reason = session->reason ? session->reason : sa_reason(session, event);

	session->sa = false;
	close_tunnel(table, session);
	machine_close(table, session, event->now, reason, false);
}

static void child_gone_closing(struct session_table *table, struct session *session,
			       struct event *event)
{
	(void)event;
	session->sa = session->sa_closing = false;
	finish_if_over(table, session, session->reason);
}

/*
 * After a reauthentication the old IKE_SA ends although its children live on under the new one,
 * which no event tells (adopt_children_job.c): only a snapshot does.
 */
static void ike_down(struct session_table *table, struct session *session, struct event *event)
{
	(void)event;
	if (!session->peer_gone)
		table_resync(table, VERIFY_DELAY);
	session->peer_gone = true;
}

static void ike_update(struct session_table *table, struct session *session, struct event *event)
{
	struct sa_ike before = session->ike;

	session->ike.local = event->ike->local;
	session->ike.local_port = event->ike->local_port;
	session->ike.remote = event->ike->remote;
	session->ike.remote_port = event->ike->remote_port;
	session->ike.nat_remote = event->ike->nat_remote;
	if (before.remote == session->ike.remote && before.remote_port == session->ike.remote_port)
		return;
	report_rebound(table, session, &before);
	machine_write(table, session);
}

static void note_link(struct session *session, const struct session_link *link)
{
	pace_link(session, link->ifname);
	session->mtu = link->mtu;
}

static void link_up(struct session_table *table, struct session *session, struct event *event)
{
	const struct session_link *link = event->link;

	note_link(session, link);
	if (session->reason) /* it is being killed already */
		return;
	if (link->address && link->address != session->address) {
		machine_close(table, session, event->now, SESSION_NEGOTIATION, false);
		return;
	}
	session->since = event->now.wall;
	session->up = session->last_moved = event->now.ms;
	session->was_up = true;
	session->reason = SESSION_REASON_NONE;
	session->deadline = TABLE_NEVER;
	table_state(table, session, SESSION_UP);
	pace_follow(table, session);
	report_up(table, session);
	table_account(table, session, ACCOUNT_START, event->now.wall, SESSION_REASON_NONE);
	machine_write(table, session);
}

static void link_up_again(struct session_table *table, struct session *session, struct event *event)
{
	note_link(session, event->link);
	pace_follow(table, session);
	machine_write(table, session);
}

static void link_down(struct session_table *table, struct session *session, struct event *event)
{
	(void)table;
	if (event->end->counted) {
		session->rx_bytes = event->end->rx_bytes;
		session->tx_bytes = event->end->tx_bytes;
	}
	if (event->end->how == SESSION_EXITED)
		learn_reason(session, event->end);
	if (session->state != SESSION_CLOSING)
		set_deadline(session, event->now, LINK_DOWN_TIME);
}

static void pppd_ended(struct session_table *table, struct session *session, struct event *event)
{
	enum session_reason reason;

	learn_reason(session, event->end);
	reason = session->reason;
	log_out(table, session, event, reason);
	if (reason_closes_sa(reason) && reason != SESSION_REPLACED) {
		machine_close(table, session, event->now, reason, false);
		return;
	}
	session->reason = SESSION_REASON_NONE;
	table_state(table, session, SESSION_SECURED);
	machine_write(table, session);
	if (!session_orphaned(table, session))
		return;
	end_sa(table, session, event->now);
	finish_if_over(table, session, reason);
}

static void pppd_ended_closing(struct session_table *table, struct session *session,
			       struct event *event)
{
	learn_reason(session, event->end);
	log_out(table, session, event, session->reason);
	session->tries = 0;
	if (session->sa_closing)
		set_deadline(session, event->now, SA_CLOSE_TIME);
	end_tunnel(table, session, event->now);
	finish_if_over(table, session, session->reason);
}

static void tunnel_closed(struct session_table *table, struct session *session, struct event *event)
{
	if (!session->tunnel_closing)
		return;
	session->tunnel_closing = false;
	end_sa(table, session, event->now);
	finish_if_over(table, session, session->reason);
}

static void counters(struct session_table *table, struct session *session, struct event *event)
{
	(void)table;
	session->counted = event->now.ms;
	if (session->rx_bytes != event->rx_bytes || session->tx_bytes != event->tx_bytes)
		session->last_moved = event->now.ms;
	session->rx_bytes = event->rx_bytes;
	session->tx_bytes = event->tx_bytes;
}

/* Its tunnel died with the worker; deleting the SA makes the client dial again now. */
static void worker_died(struct session_table *table, struct session *session, struct event *event)
{
	session->tunnel = session->call = 0;
	end_sa(table, session, event->now);
	machine_close(table, session, event->now, SESSION_WORKER_DIED, true);
}

static void worker_died_closing(struct session_table *table, struct session *session,
				struct event *event)
{
	session->tunnel = session->call = 0;
	session->tunnel_closing = false;
	kill_pppd(table, session, true);
	end_sa(table, session, event->now);
	finish_if_over(table, session, session->reason);
}

/* Whatever its SA carries from now on goes to the worker that serves. */
static void leave_worker(struct session_table *table, struct session *session, struct event *event)
{
	(void)event;
	close_tunnel(table, session);
	session->worker = table->worker_of[session->child.mark & (FABRIC_SHARDS - 1)];
	/* In this order: what is dispatched after the forgetting goes by the record. */
	machine_write(table, session);
	table_emit(table, SESSION_FORGET_SLOT, session);
}

static bool is_on_its_worker(const struct session_table *table, const struct session *session)
{
	return session->worker == table->worker_of[session->child.mark & (FABRIC_SHARDS - 1)];
}

static void redial(struct session_table *table, struct session *session, struct event *event)
{
	if (!is_on_its_worker(table, session))
		leave_worker(table, session, event);
}

/* Its older pppd has the interface name and the address that the next one needs. */
static void redial_busy(struct session_table *table, struct session *session, struct event *event)
{
	if (is_on_its_worker(table, session))
		return;
	machine_replace(table, session, event->now);
	leave_worker(table, session, event);
}

static void charon_died_idle(struct session_table *table, struct session *session,
			     struct event *event)
{
	(void)table;
	machine_orphan(session, event->now);
}

static void charon_died_busy(struct session_table *table, struct session *session,
			     struct event *event)
{
	(void)event;
	session->peer_gone = false;
	report_orphaned(table, session);
}

static void charon_died_closing(struct session_table *table, struct session *session,
				struct event *event)
{
	session->sa_closing = session->tunnel_closing = false;
	if (!session->pppd.pid)
		end_sa(table, session, event->now);
	finish_if_over(table, session, session->reason);
}

static void close_request(struct session_table *table, struct session *session, struct event *event)
{
	machine_close(table, session, event->now, event->reason, false);
}

static void idle_too_long(struct session_table *table, struct session *session, struct event *event)
{
	session->deadline = TABLE_NEVER;
	if (session_orphaned(table, session))
		machine_close(table, session, event->now, SESSION_CHARON_DIED, false);
}

static void dialing_too_long(struct session_table *table, struct session *session,
			     struct event *event)
{
	enum session_reason reason = session->reason ? session->reason : SESSION_NEGOTIATION;

	/* A login that fails must not cost the client its SA: pppd alone has to go. */
	session->reason = reason;
	kill_pppd(table, session, session->tries++ > 0);
	set_deadline(session, event->now, SOFT_KILL_TIME);
}

static void ending_too_long(struct session_table *table, struct session *session,
			    struct event *event)
{
	kill_pppd(table, session, true);
	set_deadline(session, event->now, HARD_KILL_TIME);
}

/* charon does not report the SA down: ask again, look for ourselves, in the end do it ourselves. */
static void closing_too_long(struct session_table *table, struct session *session,
			     struct event *event)
{
	if (session->tunnel_closing) {
		tunnel_closed(table, session, event);
		return;
	}
	kill_pppd(table, session, true);
	set_deadline(session, event->now, HARD_KILL_TIME);
	if (!session->sa || (session->pppd.pid && !session->sa_closing))
		return;
	session->sa_closing = false;
	if (++session->tries > SA_CLOSE_TRIES) {
		table_emit(table, SESSION_DELETE_SA, session);
		session->sa = false;
	}
	end_sa(table, session, event->now);
	table_resync(table, VERIFY_DELAY);
	finish_if_over(table, session, session->reason);
}

static void nop(struct session_table *table, struct session *session, struct event *event)
{
	(void)table;
	(void)session;
	(void)event;
}

typedef void step_fn(struct session_table *table, struct session *session, struct event *event);

static step_fn *const steps[EVENT_KINDS][SESSION_STATES] = {
	/* NONE, SECURED, DIALING, UP, CLOSING */
	[EVENT_CHILD_UP] = { child_new, child_refresh, child_refresh, child_refresh,
			     child_refresh_closing },
	[EVENT_CHILD_REKEY] = { child_new, child_refresh, child_refresh, child_refresh,
				child_refresh_closing },
	[EVENT_CHILD_DOWN] = { nop, child_gone_idle, child_gone_busy, child_gone_busy,
			       child_gone_closing },
	[EVENT_CHILD_MISSING] = { nop, child_gone_idle, child_gone_busy, child_gone_busy,
				  child_gone_closing },
	[EVENT_IKE_DOWN] = { nop, ike_down, ike_down, ike_down, ike_down },
	[EVENT_IKE_UPDATE] = { nop, ike_update, ike_update, ike_update, ike_update },
	[EVENT_ADMIT] = { admit_unknown, admit_secured, admit_busy, admit_busy, admit_closing },
	[EVENT_PPP_UP] = { nop, nop, link_up, link_up_again, nop },
	[EVENT_PPP_DOWN] = { nop, nop, link_down, link_down, link_down },
	[EVENT_PPPD_ENDED] = { nop, nop, pppd_ended, pppd_ended, pppd_ended_closing },
	[EVENT_TUNNEL_CLOSED] = { nop, nop, nop, nop, tunnel_closed },
	[EVENT_COUNTERS] = { nop, nop, nop, counters, counters },
	[EVENT_WORKER_DIED] = { nop, worker_died, worker_died, worker_died, worker_died_closing },
	[EVENT_WORKER_ENDED] = { nop, leave_worker, worker_died, worker_died, worker_died_closing },
	[EVENT_REDIAL] = { nop, redial, redial_busy, redial_busy, nop },
	[EVENT_CHARON_DIED] = { nop, charon_died_idle, charon_died_busy, charon_died_busy,
				charon_died_closing },
	[EVENT_CLOSE] = { nop, close_request, close_request, close_request, nop },
	[EVENT_DEADLINE] = { nop, idle_too_long, dialing_too_long, ending_too_long,
			     closing_too_long },
};

void machine_run(struct session_table *table, struct session *session, struct event *event)
{
	steps[event->kind][session ? session->state : SESSION_NONE](table, session, event);
}
