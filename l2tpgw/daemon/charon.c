/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/charon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/child.h"
#include "daemon/external.h"
#include "daemon/gate.h"
#include "daemon/loop.h"
#include "daemon/marks.h"
#include "daemon/orphans.h"
#include "daemon/records.h"
#include "daemon/refusal.h"
#include "daemon/supervised.h"
#include "daemon/workers.h"
#include "drive/vici.h"
#include "session/sa.h"

#define CONNECT_INTERVAL_MS 50
#define HEALTH_INTERVAL_MS  5000
#define RESYNC_INTERVAL_MS  60000
#define ANSWER_MS           15000 /* no answer for so long: frozen */
#define SNAPSHOT_MS         30000

static const char charon_binary[] = "/usr/sbin/charon-systemd";
static const char *const events_wanted[] = { "ike-updown", "ike-update", "ike-rekey",
					     "child-updown", "child-rekey" };

struct link {
	struct charon *charon;
	struct vici *vici;
	sd_event_source *source;
	struct loop_timer timer;
};

enum phase {
	PHASE_DOWN,      /* no connection */
	PHASE_LISTENING, /* registering for events */
	PHASE_SNAPSHOT,  /* learning what there is */
	PHASE_MARKS,     /* using up the marks that are taken */
	PHASE_LOADING,   /* giving it the secret and the connection */
	PHASE_READY,
};

struct charon {
	struct gateway *gateway;
	struct supervised process;
	struct link events, commands;
	enum phase phase;
	bool ours_loaded; /* it knew our connection before we came: adopted, not fresh */
	bool snapshot_running;
	bool restored;  /* the records of an earlier l2tpgwd were handed over */
	unsigned loads; /* answers awaited in PHASE_LOADING */
	struct loop_timer connect_timer, health_timer, resync_timer;
	struct refusals refusals;
	char version[32];
};

static void charon_connect(void *user);
static void charon_lost(struct charon *charon, const char *why);

static bool managed(const struct charon *charon)
{
	return charon->gateway->plan->charon_managed;
}

static const char *vici_path(const struct charon *charon)
{
	return managed(charon) ? charon->gateway->paths.vici : external_socket();
}

/* ---- the two connections ---- */

static void link_close(struct link *link)
{
	struct vici *vici = steal_ptr(link->vici);

	loop_unwatch(&link->source);
	loop_timer_at(&link->timer, UINT64_MAX);
	vici_close(vici);
}

static void link_arm(struct link *link)
{
	uint32_t events = EPOLLIN | (vici_wants_write(link->vici) ? EPOLLOUT : 0u);

	(void)sd_event_source_set_io_events(link->source, events);
	loop_timer_at(&link->timer, vici_deadline(link->vici));
}

static void link_process(void *user)
{
	struct link *link = user;
	struct charon *charon = link->charon;
	struct err err = { .code = ERR_NONE };

	if (!link->vici)
		return;
	if (vici_ready(link->vici, loop_ms(), &err) < 0) {
		charon_lost(charon, err.text);
		return;
	}
	gateway_settle(charon->gateway);
	if (link->vici)
		link_arm(link);
}

static int link_readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	(void)source;
	(void)fd;
	(void)revents;
	link_process(user);
	return 0;
}

static int link_open(struct link *link, struct err *err)
{
	if (vici_connect(&link->vici, vici_path(link->charon), err) < 0)
		return -1;
	link->source = loop_watch(link->charon->gateway->loop, vici_fd(link->vici), EPOLLIN,
				  link_readable, link);
	return 0;
}

static int charon_ask(struct charon *charon, const struct vici_request *request)
{
	struct err err = { .code = ERR_NONE };

	if (!charon->commands.vici)
		return -1;
	if (vici_request(charon->commands.vici, request, loop_ms(), &err) < 0) {
		log_error("charon: %s: %s", request->command, err.text);
		return -1;
	}
	link_arm(&charon->commands);
	return 0;
}

/* ---- what charon says ---- */

static void on_sa_event(void *user, const char *event, const struct tree *message)
{
	struct charon *charon = user;
	cleanup_arena struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	struct sa_event sa;

	if (sa_parse(event, message, arena, &sa, &err) < 0) {
		log_warning("charon: event %s is not understood: %s", event, err.text);
		charon_resync(charon, 1000);
		return;
	}
	session_sa(charon->gateway->sessions, gateway_now(), &sa);
}

static void on_log(void *user, const char *event, const struct tree *message)
{
	struct charon *charon = user;
	struct refusal refusal;
	uint64_t id = 0;

	(void)event;
	if (!tree_number(message, "ikesa-uniqueid", 10, &id) || id > UINT32_MAX)
		return;
	if (!refusals_line(&charon->refusals, (uint32_t)id, tree_text(message, "msg", ""),
			   &refusal))
		return;
	log_notice("refused %s: %s%s%s", *refusal.peer ? refusal.peer : "a peer", refusal.reason,
		   *refusal.offer ? "; it offered " : "", refusal.offer);
}

/* ---- snapshot ---- */

static void charon_marks(struct charon *charon);

static void on_snapshot_done(void *user, const struct tree *response, const struct err *why)
{
	struct charon *charon = user;

	charon->snapshot_running = false;
	if (!response) {
		session_snapshot_abort(charon->gateway->sessions);
		log_warning("charon: list-sas: %s", why->text);
		return;
	}
	session_snapshot_end(charon->gateway->sessions, gateway_now());
	loop_timer_in(&charon->resync_timer, RESYNC_INTERVAL_MS);
	if (charon->phase == PHASE_SNAPSHOT)
		charon_marks(charon);
}

static void charon_snapshot(void *user)
{
	struct charon *charon = user;
	const struct vici_request request = { .command = "list-sas",
					      .stream = "list-sa",
					      .timeout_ms = SNAPSHOT_MS,
					      .on_event = on_sa_event,
					      .on_done = on_snapshot_done,
					      .user = charon };

	if (charon->snapshot_running || charon->phase < PHASE_SNAPSHOT)
		return;
	charon->snapshot_running = true;
	session_snapshot_begin(charon->gateway->sessions, gateway_now());
	if (charon_ask(charon, &request) < 0) {
		charon->snapshot_running = false;
		session_snapshot_abort(charon->gateway->sessions);
	}
}

void charon_resync(struct charon *charon, unsigned delay_ms)
{
	loop_timer_in(&charon->resync_timer, delay_ms);
}

/* ---- giving it what the plan says ---- */

static void on_loaded(void *user, const struct tree *response, const struct err *why)
{
	struct charon *charon = user;
	struct err err = { .code = ERR_NONE };

	if (!response) {
		log_error("charon: our connection could not be loaded: %s", why->text);
		return;
	}
	if (vici_success(response, &err) < 0) {
		log_error("charon refuses our connection: %s", err.text);
		return;
	}
	if (charon->loads && --charon->loads == 0 && charon->phase == PHASE_LOADING) {
		charon->phase = PHASE_READY;
		log_info("charon %s is ready", charon->version);
		if (managed(charon) && gate_open(&err) < 0)
			log_error("new clients cannot connect for %u s: %s", GATE_S, err.text);
	}
}

void charon_load(struct charon *charon)
{
	const struct plan *plan = charon->gateway->plan;
	struct vici_request request = { .command = "load-shared",
					.message = plan->secret,
					.timeout_ms = ANSWER_MS,
					.on_done = on_loaded,
					.user = charon };

	if (charon->phase < PHASE_LOADING)
		return;
	charon->phase = PHASE_LOADING;
	charon->loads = 2;
	if (charon_ask(charon, &request) < 0)
		return;
	request.command = "load-conn";
	request.message = plan->connection;
	(void)charon_ask(charon, &request);
}

static void charon_loading(struct charon *charon)
{
	charon->phase = PHASE_LOADING;
	charon_load(charon);
}

static void on_marks_used(void *user, const struct tree *response, const struct err *why)
{
	struct err err = { .code = ERR_NONE };

	(void)user;
	if (!response)
		log_warning("charon: marks in use could not be passed over: %s", why->text);
	else if (vici_success(response, &err) < 0)
		log_warning("charon: marks in use could not be passed over: %s", err.text);
}

static void on_marks_passed(void *user, const struct tree *response, const struct err *why)
{
	struct charon *charon = user;

	on_marks_used(user, response, why);
	if (response && charon->phase == PHASE_MARKS)
		charon_loading(charon);
}

static int marks_use(struct charon *charon, struct arena *arena, unsigned count, bool last)
{
	struct vici_request request = { .command = "load-conn",
					.message = marks_message(arena, count),
					.timeout_ms = SNAPSHOT_MS,
					.on_done = on_marks_used,
					.user = charon };

	if (charon_ask(charon, &request) < 0)
		return -1;
	request.command = "unload-conn";
	request.message = marks_unload_message(arena);
	request.on_done = last ? on_marks_passed : on_marks_used;
	return charon_ask(charon, &request);
}

/*
 * A fresh charon counts marks from 1 again, and sessions of its predecessor may live on over marks
 * like these. What it shall not use is used up before anybody can connect.
 */
static void charon_marks(struct charon *charon)
{
	struct gateway *gateway = charon->gateway;
	cleanup_arena struct arena *arena = arena_new();
	bool fresh = managed(charon) && !charon->ours_loaded;
	unsigned skip = charon->ours_loaded ? 0
					    : session_mark_skip(gateway->sessions,
								gateway->policy->l2tp.max_sessions);

	if (fresh)
		orphans_sweep(gateway);
	if (!skip) {
		charon_loading(charon);
		return;
	}
	log_info("charon: passing over %u marks that are in use", skip);
	charon->phase = PHASE_MARKS;
	while (skip) {
		unsigned count = skip < MARKS_AT_ONCE ? skip : MARKS_AT_ONCE;

		skip -= count;
		if (marks_use(charon, arena, count, !skip) < 0)
			return;
	}
}

/* ---- coming up ---- */

static void on_conns(void *user, const struct tree *response, const struct err *why)
{
	struct charon *charon = user;
	const struct tree *conns = tree_get(response, "conns");

	(void)why;
	if (!response)
		return;
	charon->ours_loaded = false;
	if (conns) {
		tree_foreach (conn, conns) {
			if (!strcmp(conn->value ? conn->value : "", FABRIC_NAME))
				charon->ours_loaded = true;
		}
	}
	charon->phase = PHASE_SNAPSHOT;
	charon_snapshot(charon);
}

static void on_version(void *user, const struct tree *response, const struct err *why)
{
	struct charon *charon = user;

	(void)why;
	if (response)
		(void)snprintf(charon->version, sizeof(charon->version), "%s",
			       tree_text(response, "version", "?"));
}

static uint64_t text_hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	return hash ? hash : 1;
}

/* The start time tells one life of charon from another, whoever started it. */
static void on_stats(void *user, const struct tree *response, const struct err *why)
{
	struct charon *charon = user;
	const struct tree *uptime = tree_get(response, "uptime");
	const struct process *process = &charon->process.process;
	uint64_t life = managed(charon) ? process->start * 4194304 + (uint64_t)process->pid
					: text_hash(tree_text(uptime, "since", ""));
	const struct vici_request request = {
		.command = "get-conns", .timeout_ms = ANSWER_MS, .on_done = on_conns, .user = charon
	};

	(void)why;
	if (!response)
		return;
	session_charon_up(charon->gateway->sessions, gateway_now(), life);
	if (!charon->restored) {
		charon->restored = true;
		records_restore(charon->gateway);
		workers_sessions_restored(charon->gateway->workers);
	}
	(void)charon_ask(charon, &request);
}

static int charon_listen(struct charon *charon, struct err *err)
{
	struct vici *vici = charon->events.vici;
	uint64_t now = loop_ms();

	for (size_t i = 0; i < array_size(events_wanted); i++) {
		if (vici_listen(vici, events_wanted[i], on_sa_event, charon, now, ANSWER_MS, err) <
		    0)
			return -1;
	}
	return vici_listen(vici, "log", on_log, charon, now, ANSWER_MS, err);
}

/* Registered before anything is asked: charon answers the events' connection first come. */
static int charon_hello(struct charon *charon, struct err *err)
{
	struct vici_request request = {
		.command = "version", .timeout_ms = ANSWER_MS, .on_done = on_version, .user = charon
	};

	if (charon_listen(charon, err) < 0)
		return -1;
	link_process(&charon->events);
	charon->phase = PHASE_LISTENING;
	if (charon_ask(charon, &request) < 0)
		return err_set(err, ERR_UNREACHABLE, "charon does not take commands");
	request.command = "stats";
	request.on_done = on_stats;
	return charon_ask(charon, &request);
}

static void charon_connect(void *user)
{
	struct charon *charon = user;
	struct err err = { .code = ERR_NONE };

	if (charon->commands.vici || charon->gateway->stopping)
		return;
	if (link_open(&charon->events, &err) < 0 || link_open(&charon->commands, &err) < 0 ||
	    charon_hello(charon, &err) < 0) {
		link_close(&charon->events);
		link_close(&charon->commands);
		charon->phase = PHASE_DOWN;
		loop_timer_in(&charon->connect_timer, CONNECT_INTERVAL_MS);
		return;
	}
	supervised_answered(&charon->process);
	loop_timer_in(&charon->health_timer, HEALTH_INTERVAL_MS);
}

static void charon_disconnect(struct charon *charon)
{
	charon->phase = PHASE_DOWN;
	loop_timer_at(&charon->health_timer, UINT64_MAX);
	loop_timer_at(&charon->resync_timer, UINT64_MAX);
	link_close(&charon->events);
	link_close(&charon->commands);
	/* The next one numbers its IKE_SAs from 1 again. */
	memset(&charon->refusals, 0, sizeof(charon->refusals));
}

/* The connection ended. If the process is gone too, its pidfd says so; if not, it is frozen. */
static void charon_lost(struct charon *charon, const char *why)
{
	bool was_ready = charon->phase == PHASE_READY;

	log_warning("charon: %s", why);
	charon_disconnect(charon);
	if (managed(charon) && was_ready)
		supervised_frozen(&charon->process);
	else if (!managed(charon))
		session_charon_died(charon->gateway->sessions, gateway_now());
	gateway_settle(charon->gateway);
	loop_timer_in(&charon->connect_timer, CONNECT_INTERVAL_MS);
}

static void charon_health(void *user)
{
	struct charon *charon = user;
	const struct vici_request request = {
		.command = "version", .timeout_ms = ANSWER_MS, .on_done = on_version, .user = charon
	};

	(void)charon_ask(charon, &request);
	loop_timer_in(&charon->health_timer, HEALTH_INTERVAL_MS);
}

/* ---- the process ---- */

static int charon_spawn(void *user, struct process *process, struct err *err)
{
	struct charon *charon = user;
	struct gateway *gateway = charon->gateway;
	cleanup_arena struct arena *arena = arena_new();
	const char *const argv[] = { charon_binary, NULL };
	const char *const env[] = { arena_printf(arena, "STRONGSWAN_CONF=%s",
						 gateway->plan->charon_config),
				    "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	const struct spawn spawn = { .argv = argv,
				     .env = env,
				     .out = STDERR_FILENO,
				     .fds = &gateway->silent,
				     .fds_count = 1,
				     .session = true };

	(void)unlink(gateway->paths.vici);
	if (gate_close(err) < 0)
		return -1;
	return process_spawn(&spawn, process, err);
}

static void charon_started(void *user)
{
	struct charon *charon = user;

	loop_timer_in(&charon->connect_timer, 0);
}

static void charon_gone(void *user)
{
	struct charon *charon = user;

	charon_disconnect(charon);
	session_charon_died(charon->gateway->sessions, gateway_now());
	gateway_settle(charon->gateway);
}

static const struct supervised_ops charon_ops = {
	.spawn = charon_spawn,
	.started = charon_started,
	.gone = charon_gone,
};

static void link_init(struct link *link, struct charon *charon)
{
	link->charon = charon;
	loop_timer_init(&link->timer, charon->gateway->loop, link_process, link);
}

struct charon *charon_new(struct gateway *gateway)
{
	struct charon *charon = mem_alloc(sizeof(*charon));

	charon->gateway = gateway;
	link_init(&charon->events, charon);
	link_init(&charon->commands, charon);
	loop_timer_init(&charon->connect_timer, gateway->loop, charon_connect, charon);
	loop_timer_init(&charon->health_timer, gateway->loop, charon_health, charon);
	loop_timer_init(&charon->resync_timer, gateway->loop, charon_snapshot, charon);
	supervised_init(&charon->process, gateway->loop, "charon", gateway->paths.charon_pid,
			&charon_ops, charon);
	return charon;
}

void charon_free(struct charon *charon)
{
	if (!charon)
		return;
	link_close(&charon->events);
	link_close(&charon->commands);
	loop_timer_free(&charon->events.timer);
	loop_timer_free(&charon->commands.timer);
	loop_timer_free(&charon->connect_timer);
	loop_timer_free(&charon->health_timer);
	loop_timer_free(&charon->resync_timer);
	supervised_free(&charon->process);
	free(charon);
}

void charon_start(struct charon *charon)
{
	if (managed(charon))
		supervised_start(&charon->process, charon->gateway->plan->charon_digest);
	else
		loop_timer_in(&charon->connect_timer, 0);
}

bool charon_ready(const struct charon *charon)
{
	return charon->phase == PHASE_READY;
}

static void on_terminated(void *user, const struct tree *response, const struct err *why)
{
	(void)user;
	(void)response;
	(void)why;
}

static void charon_terminate(struct charon *charon, const char *key, uint32_t id)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *message = tree_new(arena);
	const struct vici_request request = { .command = "terminate",
					      .message = message,
					      .timeout_ms = SNAPSHOT_MS,
					      .on_done = on_terminated,
					      .user = charon };

	tree_printf(arena, message, key, "%u", id);
	/* No waiting, and no log callback: strongSwan before 5.9.11 can deadlock in it. */
	tree_value(arena, message, "timeout", "-1");
	(void)charon_ask(charon, &request);
}

void charon_close_sa(struct charon *charon, uint32_t child, uint32_t ike)
{
	if (child)
		charon_terminate(charon, "child-id", child);
	if (ike)
		charon_terminate(charon, "ike-id", ike);
}

json_t *charon_status(const struct charon *charon)
{
	const char *state = charon_ready(charon)          ? "ready"
			    : charon->phase == PHASE_DOWN ? "down"
							  : "starting";
	const struct process *process = &charon->process.process;

	return json_pack("{s:s, s:s, s:o, s:i, s:s?}", "name", "charon", "state", state, "pid",
			 process->pid ? json_integer(process->pid) : json_null(), "restarts",
			 (int)charon->process.child.restarts, "detail",
			 managed(charon) ? (*charon->version ? charon->version : NULL)
					 : "external");
}
