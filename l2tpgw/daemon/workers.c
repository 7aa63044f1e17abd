/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/rfc3339.h"
#include "daemon/acls.h"
#include "daemon/pppds.h"
#include "daemon/shaper.h"
#include "daemon/stays.h"
#include "daemon/transaction.h"
#include "daemon/worker.h"

#define NAMES_MAX 5     /* clients named in a warning */
#define GRACE_MS  30000 /* for sessions to end when l2tp.drain is over */

struct workers {
	struct gateway *gateway;
	struct worker *worker[FABRIC_WORKERS_MAX + 1]; /* by number; [0] is not used */
	bool follow; /* one has drained: the plan in force is for more than there is */
};

#define workers_foreach(it, workers)                                      \
	for (unsigned n_##it = 1; n_##it <= FABRIC_WORKERS_MAX; n_##it++) \
		for (struct worker *it = (workers)->worker[n_##it]; it; it = NULL)

struct workers *workers_new(struct gateway *gateway)
{
	struct workers *workers = mem_alloc(sizeof(*workers));

	workers->gateway = gateway;
	return workers;
}

void workers_free(struct workers *workers)
{
	if (!workers)
		return;
	workers_foreach(worker, workers) worker_free(worker);
	free(workers);
}

void workers_adopt(struct workers *workers)
{
	for (unsigned number = 1; number <= FABRIC_WORKERS_MAX; number++) {
		struct worker *worker = worker_new(workers->gateway, number);

		if (worker_adopt(worker))
			workers->worker[number] = worker;
		else
			worker_free(worker);
	}
}

void workers_sessions_restored(struct workers *workers)
{
	struct gateway *gateway = workers->gateway;

	for (unsigned number = 1; number <= FABRIC_WORKERS_MAX; number++) {
		const struct worker *worker = workers->worker[number];

		if (!worker || !worker->process.adopted)
			session_worker_died(gateway->sessions, gateway_now(), number);
	}
	gateway_settle(gateway);
	pppds_kill_strays(gateway->pppds);
	stays_sessions_known(gateway->stays);
	acls_sessions_known(gateway->acls);
	shaper_sweep(gateway->sessions);
}

/* ---- generations ---- */

/* One that ends and had clients keeps its address until it is gone, and never serves again. */
void workers_running(const struct workers *workers, struct arena *arena, struct plan_running **list,
		     size_t *count)
{
	*list = NULL;
	*count = 0;
	workers_foreach(worker, workers)
	{
		bool ending = worker->role == WORKER_ENDING || worker->role == WORKER_ENDED;
		struct plan_running *running;

		if (!worker->led || worker->role == WORKER_ENDED)
			continue;
		running = arena_push(arena, (void **)list, count, sizeof(*running));
		running->number = worker->number;
		running->digest = arena_strdup(arena, ending ? "" : worker->process.digest);
		running->draining = ending || worker->role == WORKER_DRAINING;
	}
}

static struct worker *worker_of_number(struct workers *workers, unsigned number)
{
	struct worker **worker = &workers->worker[number];

	if (*worker && (*worker)->role == WORKER_ENDED) {
		worker_free(*worker);
		*worker = NULL;
	}
	if (!*worker)
		*worker = worker_new(workers->gateway, number);
	return *worker;
}

void workers_prepare(struct workers *workers, const struct plan *plan)
{
	for (size_t i = 0; i < plan->workers_count; i++) {
		const struct plan_worker *wanted = &plan->workers[i];
		struct worker *worker;

		if (wanted->draining)
			continue;
		worker = worker_of_number(workers, wanted->number);
		if (worker->role == WORKER_NEW || worker->role == WORKER_ENDING)
			worker_start(worker, wanted->digest);
	}
}

int workers_progress(const struct workers *workers, struct err *err)
{
	int all = 1;

	workers_foreach(worker, workers)
	{
		int one = worker->role == WORKER_NEW ? worker_progress(worker, err) : 1;

		if (one < 0)
			return -1;
		if (one == 0)
			all = 0;
	}
	return all;
}

void workers_hold(struct workers *workers, const struct plan *plan)
{
	workers_foreach(worker, workers)
	{
		if (worker->role == WORKER_NEW)
			worker->led = true;
	}
	stays_follow(workers->gateway->stays, plan->worker_of);
}

static bool serves(const struct plan *plan, unsigned number)
{
	for (size_t i = 0; i < plan->workers_count; i++) {
		if (plan->workers[i].number == number)
			return !plan->workers[i].draining;
	}
	return false;
}

static void sort_out(struct workers *workers)
{
	const struct plan *plan = workers->gateway->plan;

	workers_foreach(worker, workers)
	{
		if (worker->role == WORKER_ENDING || worker->role == WORKER_ENDED)
			continue;
		if (plan && serves(plan, worker->number))
			worker_serve(worker);
		else if (worker->led)
			worker_drain(worker);
		else
			worker_end(worker);
	}
}

void workers_commit(struct workers *workers)
{
	struct gateway *gateway = workers->gateway;

	workers_prepare(workers, gateway->plan);
	sort_out(workers);
	session_table_shards(gateway->sessions, gateway->plan->worker_of);
	stays_follow(gateway->stays, NULL);
}

void workers_abandon(struct workers *workers)
{
	workers_foreach(worker, workers) workers->follow |=
	    worker->role == WORKER_NEW && worker_logins(worker);
	sort_out(workers);
	if (workers->gateway->plan)
		stays_follow(workers->gateway->stays, NULL);
}

/* ---- draining ---- */

static uint64_t drain_ms(const struct workers *workers)
{
	return (uint64_t)workers->gateway->policy->l2tp.drain * 1000;
}

static const char *names(const struct worker *worker, struct buf *out)
{
	const struct session *session = NULL;
	unsigned count = 0;

	while ((session = session_iterate(worker->gateway->sessions, session))) {
		if (!session->user[0] || session->worker != worker->number)
			continue;
		if (count++ < NAMES_MAX)
			buf_printf(out, "%s%s", count > 1 ? ", " : "", session->user);
	}
	if (count > NAMES_MAX)
		buf_printf(out, " and %u more", count - NAMES_MAX);
	return buf_text(out);
}

static void close_sessions(struct worker *worker)
{
	struct session_table *sessions = worker->gateway->sessions;
	cleanup_buf struct buf users = BUF_INIT;
	unsigned logins = worker_logins(worker);

	worker->closed = true;
	log_warning("xl2tpd-%u: l2tp.drain is over, %u sessions are ended: %s", worker->number,
		    logins, names(worker, &users));
	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++) {
		const struct session *session = session_by_slot(sessions, slot);

		if (session && session->pppd.pid && session->worker == worker->number)
			session_close(sessions, gateway_now(), slot, SESSION_DRAINED);
	}
	gateway_settle(worker->gateway);
}

static void drain(struct workers *workers, struct worker *worker)
{
	uint64_t limit = drain_ms(workers), age = loop_ms() - worker->draining_since;
	unsigned logins = worker_logins(worker);

	if (worker->empty && !logins) {
		log_notice("xl2tpd-%u has no clients left", worker->number);
		worker_end(worker);
	} else if (limit && age >= limit + GRACE_MS) {
		worker_end(worker);
	} else if (limit && age >= limit && logins && !worker->closed) {
		close_sessions(worker);
	}
}

void workers_tick(struct workers *workers)
{
	struct gateway *gateway = workers->gateway;
	bool draining = false;

	workers_foreach(worker, workers)
	{
		if (worker->role == WORKER_DRAINING && !gateway->changing) {
			draining = true;
			drain(workers, worker);
		} else if (worker->role == WORKER_ENDED) {
			workers->follow |= worker->led;
			workers->worker[worker->number] = NULL;
			worker_free(worker);
		}
	}
	if (draining)
		stays_look(gateway->stays);
	if (workers->follow && !gateway->changing && !gateway->stopping) {
		workers->follow = false;
		transaction_follow(gateway);
	}
}

bool workers_will_follow(const struct workers *workers)
{
	workers_foreach(worker, workers)
	{
		if (worker->role == WORKER_ENDED && worker->led)
			return true;
	}
	return workers->follow;
}

void workers_put_back(struct workers *workers)
{
	workers_foreach(worker, workers) worker_put_back(worker);
}

/* ---- what others ask ---- */

bool workers_ready(const struct workers *workers)
{
	unsigned serving = 0;

	workers_foreach(worker, workers)
	{
		if (worker->role != WORKER_SERVING)
			continue;
		if (worker->process.child.state != CHILD_READY)
			return false;
		serving++;
	}
	return serving > 0;
}

unsigned workers_by_pid(const struct workers *workers, pid_t pid)
{
	workers_foreach(worker, workers)
	{
		if (pid && worker->process.process.pid == pid)
			return worker->number;
	}
	return 0;
}

struct closing {
	struct workers *workers;
	uint32_t slot;
};

static void on_closed(void *user, enum xl2tpd_outcome outcome, const char *reply, size_t len)
{
	struct closing *closing = user;

	(void)outcome;
	(void)reply;
	(void)len;
	session_tunnel_closed(closing->workers->gateway->sessions, gateway_now(), closing->slot);
	free(closing);
}

void workers_close_tunnel(struct workers *workers, unsigned number, uint32_t tunnel, uint32_t slot)
{
	struct worker *worker = number <= FABRIC_WORKERS_MAX ? workers->worker[number] : NULL;
	struct err err = { .code = ERR_NONE };
	struct closing *closing;

	if (!worker || !worker->pipe || tunnel > UINT16_MAX) {
		session_tunnel_closed(workers->gateway->sessions, gateway_now(), slot);
		return;
	}
	closing = mem_alloc(sizeof(*closing));
	*closing = (struct closing){ workers, slot };
	if (xl2tpd_close_tunnel(worker->pipe, (uint16_t)tunnel, WORKER_ANSWER_US, on_closed,
				closing, &err) < 0) {
		log_warning("xl2tpd-%u: %s", number, err.text);
		on_closed(closing, XL2TPD_FAILED, "", 0);
		return;
	}
	loop_timer_in(&worker->pipe_timer, 0);
}

/* Wall seconds of a point `ms` after it began to drain. */
static const char *drain_time(const struct worker *worker, uint64_t ms, char out[RFC3339_MAX])
{
	int64_t left = (int64_t)(worker->draining_since + ms) - (int64_t)loop_ms();

	return rfc3339_text(gateway_now().wall + left / 1000, out);
}

static void draining_text(const struct workers *workers, const struct worker *worker,
			  struct buf *out)
{
	char time[RFC3339_MAX];
	unsigned logins = worker_logins(worker);

	buf_printf(out, "an earlier configuration since %s, %u session%s",
		   drain_time(worker, 0, time), logins, logins == 1 ? "" : "s");
	if (drain_ms(workers))
		buf_printf(out, " until %s", drain_time(worker, drain_ms(workers), time));
}

static const char *state_text(const struct worker *worker)
{
	if (worker->role == WORKER_DRAINING)
		return "draining";
	return child_state_name(worker->process.child.state);
}

static json_t *worker_status(const struct workers *workers, const struct worker *worker)
{
	const struct supervised *s = &worker->process;
	cleanup_buf struct buf text = BUF_INIT;

	if (worker->role == WORKER_DRAINING)
		draining_text(workers, worker, &text);
	else if (s->child.state != CHILD_READY)
		buf_puts(&text, s->failure);
	return json_pack("{s:s, s:s, s:o, s:i, s:i, s:s?}", "name", s->name, "state",
			 state_text(worker), "pid",
			 s->process.pid ? json_integer(s->process.pid) : json_null(), "restarts",
			 (int)s->child.restarts, "sessions", (int)worker_logins(worker), "detail",
			 text.len ? buf_text(&text) : NULL);
}

json_t *workers_status(const struct workers *workers)
{
	json_t *list = json_array();

	workers_foreach(worker, workers)
	    json_array_append_new(list, worker_status(workers, worker));
	return list;
}

static void replaced_warning(const struct workers *workers, json_t *list)
{
	cleanup_buf struct buf names = BUF_INIT;
	const char *file = NULL;
	unsigned count = 0;

	workers_foreach(worker, workers)
	{
		const struct supervised *s = &worker->process;

		if (worker->role != WORKER_SERVING || !s->process.pid || !*s->replaced)
			continue;
		buf_printf(&names, "%s%s", count++ ? ", " : "", s->name);
		file = s->replaced;
	}
	if (count)
		(void)json_array_append_new(
		    list, json_sprintf("%s %s code that an upgrade has replaced (%s); remedy, when "
				       "sessions may end: l2tpgw down && l2tpgw up",
				       buf_text(&names), count == 1 ? "runs" : "run", file));
}

void workers_warnings(const struct workers *workers, json_t *list)
{
	workers_foreach(worker, workers)
	{
		cleanup_buf struct buf text = BUF_INIT, users = BUF_INIT;

		if (worker->role != WORKER_DRAINING || !worker_logins(worker))
			continue;
		buf_printf(&text, "%s is of ", worker->process.name);
		draining_text(workers, worker, &text);
		buf_printf(&text, ": %s", names(worker, &users));
		json_array_append_new(list, json_string(buf_text(&text)));
	}
	replaced_warning(workers, list);
}
