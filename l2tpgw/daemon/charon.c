/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/charon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/child.h"
#include "daemon/ended.h"
#include "daemon/foreign.h"
#include "daemon/gate.h"
#include "daemon/holding.h"
#include "daemon/kept.h"
#include "daemon/link.h"
#include "daemon/loop.h"
#include "daemon/marks.h"
#include "daemon/orphans.h"
#include "daemon/records.h"
#include "daemon/refusal.h"
#include "daemon/sa_feed.h"
#include "daemon/supervised.h"
#include "daemon/workers.h"
#include "drive/programs.h"
#include "drive/vici_ask.h"
#include "plan/digest.h"

#define CONNECT_INTERVAL_MS  50
#define EXTERNAL_INTERVAL_MS 1000 /* between attempts to find one that is not ours */
#define HEALTH_INTERVAL_MS   2000
#define ANSWER_MS            15000 /* no answer for so long: frozen */

enum phase {
	PHASE_DOWN,      /* no connection */
	PHASE_LISTENING, /* registering for events, and asking what it has */
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
	bool conns_known;
	bool ours_loaded; /* it knew our connection before we came: adopted, not fresh */
	bool restored;    /* the records of an earlier l2tpgwd were handed over */
	unsigned loads;   /* under way in PHASE_LOADING */
	uint64_t heard;   /* ms; when it began to run, or was last connected to us */
	struct loop_timer connect_timer, health_timer;
	struct sa_feed feed;
	struct refusals refusals;
	struct marks marks;
	struct kept kept;
	char version[32];
	char problem[256]; /* why it is not ready, in its words or ours; "" = not known */
};

static bool managed(const struct charon *charon)
{
	return charon->gateway->plan->charon_managed;
}

static const char *vici_path(const struct charon *charon)
{
	return managed(charon) ? charon->gateway->paths.vici : vici_system_socket();
}

static void charon_problem(struct charon *charon, const char *what, const char *why)
{
	char problem[sizeof(charon->problem)];

	(void)snprintf(problem, sizeof(problem), "%s: %s", what, why);
	/* What keeps being tried is told once. */
	if (strcmp(problem, charon->problem) != 0)
		log_error("charon: %s", problem);
	memcpy(charon->problem, problem, sizeof(problem));
}

/* ---- what charon says ---- */

static void on_log(void *user, const char *event, const struct tree *message)
{
	struct charon *charon = user;
	struct refusal refusal;
	uint64_t id = 0;
	uint32_t peer;

	(void)event;
	if (!tree_number(message, "ikesa-uniqueid", 10, &id) || id > UINT32_MAX)
		return;
	if (!refusals_line(&charon->refusals, (uint32_t)id, tree_text(message, "msg", ""),
			   &refusal))
		return;
	log_notice("refused %s: %s%s%s", *refusal.peer ? refusal.peer : "a peer", refusal.reason,
		   *refusal.offer ? "; it offered " : "", refusal.offer);
	session_ike_refused(charon->gateway->sessions, refusal.denial);
	if (refusal.denial == SESSION_DENY_PSK && ip4_parse(refusal.peer, &peer))
		session_psk_failed(charon->gateway->sessions, gateway_now(), peer);
}

void charon_resync(struct charon *charon, unsigned delay_ms)
{
	sa_feed_resync(&charon->feed, delay_ms);
}

/* ---- giving it what the plan says ---- */

static void charon_is_ready(struct charon *charon)
{
	struct err err = { .code = ERR_NONE };

	charon->phase = PHASE_READY;
	charon->problem[0] = '\0';
	log_info("charon %s is ready", charon->version);
	if (managed(charon) && gate_open(&err) < 0)
		log_error("new clients cannot connect for %u s: %s", GATE_S, err.text);
}

static void on_given(void *user, const struct err *why)
{
	struct charon *charon = user;
	bool last = charon->loads && --charon->loads == 0;

	if (why->code == ERR_UNREACHABLE) /* told by the connection's end */
		return;
	if (why->code != ERR_NONE)
		charon_problem(charon, "our connection is not loaded", why->text);
	else if (last && charon->phase == PHASE_LOADING)
		charon_is_ready(charon);
}

void charon_load(struct charon *charon)
{
	struct err err = { .code = ERR_NONE };

	if (charon->phase < PHASE_LOADING)
		return;
	charon->phase = PHASE_LOADING;
	if (holding_give(&charon->commands, charon->gateway->plan, true, true, on_given, charon,
			 &err) == 0)
		charon->loads++;
}

static void marks_passed(void *user)
{
	struct charon *charon = user;

	charon->phase = PHASE_LOADING;
	charon_load(charon);
}

/*
 * A fresh charon counts marks from 1 again, sessions of its predecessor may live on over marks like
 * these, and other people's routing rules ask for marks like these, too. What it shall not use is
 * used up before anybody can connect.
 */
static void charon_marks(void *user)
{
	struct charon *charon = user;
	struct gateway *gateway = charon->gateway;
	struct err err = { .code = ERR_NONE };
	unsigned skip = 0;

	if (charon->phase != PHASE_SNAPSHOT) /* not the first list */
		return;
	charon->phase = PHASE_MARKS;
	foreign_look(gateway);
	if (!charon->ours_loaded) {
		skip = session_mark_skip(gateway->sessions, gateway->policy->l2tp.max_sessions);
		if (managed(charon) && orphans_delete(gateway->sessions, &err) < 0)
			log_warning("looking for orphaned SAs: %s", err.text);
	}
	if (skip)
		log_info("charon: passing over %u marks that are in use, here or by a routing rule",
			 skip);
	marks_use(&charon->marks, skip);
}

/* ---- coming up ---- */

static bool charon_listens(const struct charon *charon)
{
	return sa_feed_listens(&charon->feed) &&
	       vici_listening(charon->events.vici, "log") != VICI_LISTEN_PENDING;
}

static void link_heard(void *user)
{
	struct charon *charon = user;

	if (charon->phase == PHASE_LISTENING && charon->conns_known && charon_listens(charon)) {
		charon->phase = PHASE_SNAPSHOT;
		sa_feed_open(&charon->feed);
	}
	gateway_settle(charon->gateway);
}

static void on_conns(void *user, const struct tree *response, const struct err *why)
{
	struct charon *charon = user;

	(void)why;
	if (!response)
		return;
	charon->ours_loaded = kept_in(response, "conns");
	charon->conns_known = true;
}

static void on_version(void *user, const struct tree *response, const struct err *why)
{
	struct charon *charon = user;

	(void)why;
	if (!response)
		return;
	(void)snprintf(charon->version, sizeof(charon->version), "%s",
		       tree_text(response, "version", "?"));
	supervised_answered(&charon->process);
}

/* The start time tells one life of charon from another, whoever started it. */
static void on_stats(void *user, const struct tree *response, const struct err *why)
{
	struct charon *charon = user;
	const struct tree *uptime = tree_get(response, "uptime");
	const struct process *process = &charon->process.process;
	const char *since = tree_text(uptime, "since", "");
	uint64_t life = managed(charon) ? process->start * 4194304 + (uint64_t)process->pid
					: digest_number(since, strlen(since)) | 1;
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
		gateway_settle(charon->gateway);
		ended_sweep(charon->gateway);
	}
	(void)link_ask(&charon->commands, &request);
}

static int charon_listen(struct charon *charon, struct err *err)
{
	if (sa_feed_listen(&charon->feed, ANSWER_MS, err) < 0)
		return -1;
	return link_listen(&charon->events, "log", on_log, charon, ANSWER_MS, err);
}

static int charon_hello(struct charon *charon, struct err *err)
{
	struct vici_request request = {
		.command = "version", .timeout_ms = ANSWER_MS, .on_done = on_version, .user = charon
	};

	if (charon_listen(charon, err) < 0)
		return -1;
	charon->phase = PHASE_LISTENING;
	charon->conns_known = false;
	link_flush(&charon->events);
	if (link_ask(&charon->commands, &request) < 0)
		return err_set(err, ERR_UNREACHABLE, "charon does not take commands");
	request.command = "stats";
	request.on_done = on_stats;
	return link_ask(&charon->commands, &request);
}

static void charon_absent(struct charon *charon, const char *why)
{
	if (!managed(charon)) {
		charon_problem(charon,
			       "no charon to use; start it with its vici plugin, or set "
			       "ipsec.charon to \"managed\"",
			       why);
		loop_timer_in(&charon->connect_timer, EXTERNAL_INTERVAL_MS);
		return;
	}
	/* One that answered before and now takes no connection for so long is frozen. */
	if (charon->process.child.state == CHILD_READY && loop_ms() - charon->heard > ANSWER_MS)
		supervised_frozen(&charon->process);
	else
		loop_timer_in(&charon->connect_timer, CONNECT_INTERVAL_MS);
}

static void charon_connect(void *user)
{
	struct charon *charon = user;
	struct err err = { .code = ERR_NONE };

	if (charon->commands.vici || (managed(charon) && !charon->process.process.pid))
		return;
	if (link_open(&charon->events, vici_path(charon), &err) < 0 ||
	    link_open(&charon->commands, vici_path(charon), &err) < 0 ||
	    charon_hello(charon, &err) < 0) {
		link_close(&charon->events);
		link_close(&charon->commands);
		charon->phase = PHASE_DOWN;
		charon_absent(charon, err.text);
		return;
	}
	loop_timer_in(&charon->health_timer, HEALTH_INTERVAL_MS);
}

static void charon_disconnect(struct charon *charon)
{
	charon->phase = PHASE_DOWN;
	loop_timer_at(&charon->health_timer, UINT64_MAX);
	link_close(&charon->events);
	link_close(&charon->commands);
	sa_feed_close(&charon->feed);
	/* The next one numbers its IKE_SAs from 1 again. */
	memset(&charon->refusals, 0, sizeof(charon->refusals));
}

/*
 * A connection ended. If the process is gone too, its pidfd says so. If it left a question without
 * an answer, it is frozen; if it hung up, it is given the time to be connected to again.
 */
static void link_lost(void *user, const char *why, bool late)
{
	struct charon *charon = user;

	log_warning("charon: %s", why);
	charon_disconnect(charon);
	charon->heard = loop_ms();
	if (!managed(charon))
		session_charon_died(charon->gateway->sessions, gateway_now());
	else if (late)
		supervised_frozen(&charon->process);
	gateway_settle(charon->gateway);
	loop_timer_in(&charon->connect_timer, CONNECT_INTERVAL_MS);
}

static const struct link_ops link_ops = { .heard = link_heard, .lost = link_lost };

/* ---- does it live, and has it kept what is ours? ---- */

static void ours_lost(void *user, const char *what)
{
	struct charon *charon = user;

	if (charon->phase != PHASE_READY)
		return;
	log_warning("drift: charon: our %s by somebody else; loaded again", what);
	charon_load(charon);
}

static void charon_health(void *user)
{
	struct charon *charon = user;
	const struct vici_request request = {
		.command = "version", .timeout_ms = ANSWER_MS, .on_done = on_version, .user = charon
	};

	loop_timer_in(&charon->health_timer, HEALTH_INTERVAL_MS);
	supervised_put_back(&charon->process);
	supervised_look(&charon->process);
	if (managed(charon) && supervised_stopped(&charon->process)) {
		supervised_frozen(&charon->process);
		return;
	}
	/* Not over the commands' connection, where a list of SAs may take long. */
	(void)link_ask(&charon->events, &request);
	if (charon->phase == PHASE_READY)
		kept_check(&charon->kept);
}

/* ---- the process ---- */

static int charon_spawn(void *user, struct process *process, struct err *err)
{
	struct charon *charon = user;
	struct gateway *gateway = charon->gateway;
	cleanup_arena struct arena *arena = arena_new();
	const char *const argv[] = { program_path(PROGRAM_CHARON), NULL };
	const char *const env[] = { arena_printf(arena, "STRONGSWAN_CONF=%s",
						 gateway->plan->charon_config),
				    "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	const struct spawn spawn = { .argv = argv,
				     .env = env,
				     .out = STDERR_FILENO,
				     .fds = gateway->held,
				     .fds_count = array_size(gateway->held),
				     .session = true,
				     .forked = supervised_note,
				     .user = &charon->process };

	(void)unlink(gateway->paths.vici);
	if (gate_close(err) < 0)
		return -1;
	return process_spawn(&spawn, process, err);
}

/* Or, if it is to be somebody else's: ours has ended. */
static void charon_started(void *user)
{
	struct charon *charon = user;

	charon->heard = loop_ms();
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
	.ended = charon_started,
};

struct charon *charon_new(struct gateway *gateway)
{
	struct charon *charon = mem_alloc(sizeof(*charon));

	charon->gateway = gateway;
	charon->marks =
	    (struct marks){ .link = &charon->commands, .done = marks_passed, .user = charon };
	charon->feed = (struct sa_feed){ .gateway = gateway,
					 .events = &charon->events,
					 .commands = &charon->commands,
					 .complete = charon_marks,
					 .user = charon };
	sa_feed_init(&charon->feed);
	charon->kept = (struct kept){ gateway, &charon->commands, ours_lost, charon, NULL };
	link_init(&charon->events, gateway->loop, &link_ops, charon);
	link_init(&charon->commands, gateway->loop, &link_ops, charon);
	loop_timer_init(&charon->connect_timer, gateway->loop, charon_connect, charon);
	loop_timer_init(&charon->health_timer, gateway->loop, charon_health, charon);
	supervised_init(&charon->process, gateway->loop, "charon", gateway->paths.charon_pid,
			&charon_ops, charon);
	return charon;
}

void charon_free(struct charon *charon)
{
	if (!charon)
		return;
	link_free(&charon->events);
	link_free(&charon->commands);
	loop_timer_free(&charon->connect_timer);
	loop_timer_free(&charon->health_timer);
	sa_feed_free(&charon->feed);
	supervised_free(&charon->process);
	free(charon);
}

void charon_start(struct charon *charon)
{
	if (managed(charon))
		supervised_start(&charon->process, charon->gateway->plan->charon_digest);
	else if (supervised_adopt(&charon->process)) /* a change of hands was cut off */
		supervised_stop(&charon->process);
	else
		loop_timer_in(&charon->connect_timer, 0);
}

struct link *charon_link(struct charon *charon)
{
	return charon->phase >= PHASE_LOADING ? &charon->commands : NULL;
}

bool charon_is_outdated(const struct charon *charon, const char *digest)
{
	return charon->process.process.pid && strcmp(charon->process.running, digest) != 0;
}

void charon_restart(struct charon *charon)
{
	bool was_ours = charon->process.child.state != CHILD_DOWN;

	/* It may take a while to end, and is not the one that anybody waits for. */
	charon_gone(charon);
	if (managed(charon))
		supervised_restart(&charon->process, charon->gateway->plan->charon_digest);
	else if (was_ours)
		supervised_stop(&charon->process);
	else
		charon_started(charon);
}

bool charon_ready(const struct charon *charon)
{
	return charon->phase == PHASE_READY;
}

void charon_close_sa(struct charon *charon, uint32_t child, uint32_t ike)
{
	if (child)
		link_terminate(&charon->commands, "child-id", child);
	if (ike)
		link_terminate(&charon->commands, "ike-id", ike);
}

const char *charon_problem_text(const struct charon *charon)
{
	return *charon->problem ? charon->problem : charon->process.failure;
}

static const char *charon_detail(const struct charon *charon)
{
	if (charon_ready(charon))
		return managed(charon) ? charon->version : "external";
	return *charon_problem_text(charon) ? charon_problem_text(charon) : NULL;
}

json_t *charon_status(const struct charon *charon)
{
	const char *state = charon_ready(charon)          ? "ready"
			    : charon->phase == PHASE_DOWN ? "down"
							  : "starting";
	const struct process *process = &charon->process.process;

	return json_pack("{s:s, s:s, s:o, s:i, s:s?}", "name", "charon", "state", state, "pid",
			 process->pid ? json_integer(process->pid) : json_null(), "restarts",
			 (int)charon->process.child.restarts, "detail", charon_detail(charon));
}

/* Told to end, it would say goodbye to every client; killed, it leaves the sessions to the next. */
void charon_warnings(const struct charon *charon, json_t *list)
{
	const struct supervised *process = &charon->process;

	if (process->process.pid && *process->replaced)
		(void)json_array_append_new(
		    list,
		    json_sprintf("charon runs code that an upgrade has replaced (%s); remedy, "
				 "which ends no session: kill -KILL $(cut -d ' ' -f 1 %s)",
				 process->replaced, process->pid_path));
}
