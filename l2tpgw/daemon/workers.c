/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/pppds.h"
#include "daemon/supervised.h"
#include "drive/ability.h"
#include "drive/modules.h"
#include "drive/programs.h"
#include "drive/xl2tpd.h"

#define READY_INTERVAL_MS  50
#define HEALTH_INTERVAL_MS 1000
#define ANSWER_US          5000000u /* no answer for so long: frozen */
/* select() holds no descriptor above it: xl2tpd aborts at the next one (xl2tpd issue 276). */
#define WORKER_NOFILE 1024

struct worker {
	struct workers *workers;
	unsigned number;
	struct supervised process;
	struct xl2tpd *pipe;
	sd_event_source *source;
	struct loop_timer pipe_timer, health_timer;
	bool asked; /* a health question is under way */
};

struct workers {
	struct gateway *gateway;
	struct worker worker[FABRIC_WORKERS_MAX];
	size_t count;
};

static void pipe_process(void *user)
{
	struct worker *worker = user;

	if (!worker->pipe)
		return;
	xl2tpd_process(worker->pipe, loop_us());
	gateway_settle(worker->workers->gateway);
	if (worker->pipe && xl2tpd_deadline(worker->pipe) != UINT64_MAX)
		loop_timer_at(&worker->pipe_timer, xl2tpd_deadline(worker->pipe) / 1000 + 1);
}

static int pipe_readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	(void)source;
	(void)fd;
	(void)revents;
	pipe_process(user);
	return 0;
}

static void pipe_close(struct worker *worker)
{
	struct xl2tpd *pipe = steal_ptr(worker->pipe);

	loop_unwatch(&worker->source);
	loop_timer_at(&worker->pipe_timer, UINT64_MAX);
	xl2tpd_free(pipe);
	worker->asked = false;
}

static int pipe_open(struct worker *worker, struct err *err)
{
	struct gateway *gateway = worker->workers->gateway;
	char path[PATHS_MAX];

	if (worker->pipe)
		return 0;
	paths_worker(&gateway->paths, worker->number, "control", path);
	worker->pipe = xl2tpd_new(path, gateway->paths.results, err);
	if (!worker->pipe)
		return -1;
	worker->source =
	    loop_watch(gateway->loop, xl2tpd_fd(worker->pipe), EPOLLIN, pipe_readable, worker);
	return 0;
}

static void on_answer(void *user, enum xl2tpd_outcome outcome, const char *reply, size_t len)
{
	struct worker *worker = user;

	(void)reply;
	(void)len;
	worker->asked = false;
	switch (outcome) {
	case XL2TPD_OK:
	case XL2TPD_REFUSED:
		if (worker->process.child.state == CHILD_STARTING)
			log_info("xl2tpd-%u is ready", worker->number);
		supervised_answered(&worker->process);
		break;
	case XL2TPD_TIMEOUT:
		supervised_frozen(&worker->process);
		break;
	case XL2TPD_ABSENT: /* it has not come so far yet, or has lost its pipe */
		if (worker->process.child.state == CHILD_READY)
			supervised_frozen(&worker->process);
		break;
	case XL2TPD_FAILED:
	case XL2TPD_CANCELLED:
		break;
	}
}

static void worker_health(void *user)
{
	struct worker *worker = user;
	bool ready = worker->process.child.state == CHILD_READY;
	struct err err = { .code = ERR_NONE };

	if (!worker->process.process.pid)
		return;
	loop_timer_in(&worker->health_timer, ready ? HEALTH_INTERVAL_MS : READY_INTERVAL_MS);
	/* Seen at once; any other way of being frozen by the silence. */
	if (ready && supervised_stopped(&worker->process)) {
		supervised_frozen(&worker->process);
		return;
	}
	if (worker->asked)
		return;
	if (pipe_open(worker, &err) < 0 ||
	    xl2tpd_available(worker->pipe, ANSWER_US, on_answer, worker, &err) < 0) {
		log_error("xl2tpd-%u: %s", worker->number, err.text);
		return;
	}
	worker->asked = true;
	pipe_process(worker);
}

/* Without it xl2tpd would carry the sessions' packets itself, and say so in its log only. */
static int check_kernel(struct err *err)
{
	const char *module = ability_module(ABILITY_L2TP);
	struct err ignored;

	if (ability_probe(ABILITY_L2TP, err) == 0 ||
	    (module_load(module, &ignored) == 0 && ability_probe(ABILITY_L2TP, err) == 0))
		return 0;
	return err_wrap(err, "%s is missing, module %s is %s", ability_text(ABILITY_L2TP), module,
			module_state_text(module_state(module)));
}

/* The plan's: asked for whenever it is needed, for the next plan has another. */
static const char *worker_config(const struct worker *worker)
{
	const struct plan *plan = worker->workers->gateway->plan;

	for (size_t i = 0; i < plan->workers_count; i++) {
		if (plan->workers[i].number == worker->number)
			return plan->workers[i].config;
	}
	return NULL;
}

static int worker_spawn(void *user, struct process *process, struct err *err)
{
	struct worker *worker = user;
	struct gateway *gateway = worker->workers->gateway;
	const char *config = worker_config(worker);
	char pid[PATHS_MAX], pipe[PATHS_MAX];
	const char *const argv[] = {
		program_path(PROGRAM_XL2TPD), "-D", "-c", config, "-p", pid, "-C", pipe, NULL
	};
	const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	const struct spawn spawn = { .argv = argv,
				     .env = env,
				     .out = STDERR_FILENO,
				     .fds = gateway->held,
				     .fds_count = array_size(gateway->held),
				     .nofile = WORKER_NOFILE,
				     .session = true };

	if (!config)
		return err_set(err, ERR_INTERNAL, "it is not in the plan");
	if (check_kernel(err) < 0)
		return -1;
	paths_worker(&gateway->paths, worker->number, "xpid", pid);
	paths_worker(&gateway->paths, worker->number, "control", pipe);
	(void)unlink(pipe);
	return process_spawn(&spawn, process, err);
}

static void worker_started(void *user)
{
	struct worker *worker = user;

	loop_timer_in(&worker->health_timer, READY_INTERVAL_MS);
}

static void worker_gone(void *user)
{
	struct worker *worker = user;
	struct gateway *gateway = worker->workers->gateway;

	loop_timer_at(&worker->health_timer, UINT64_MAX);
	pipe_close(worker);
	session_worker_died(gateway->sessions, gateway_now(), worker->number);
	gateway_settle(gateway);
	pppds_kill_strays(gateway->pppds);
}

static const struct supervised_ops worker_ops = {
	.spawn = worker_spawn,
	.started = worker_started,
	.gone = worker_gone,
};

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
	for (size_t i = 0; i < workers->count; i++) {
		struct worker *worker = &workers->worker[i];

		pipe_close(worker);
		loop_timer_free(&worker->pipe_timer);
		loop_timer_free(&worker->health_timer);
		supervised_free(&worker->process);
	}
	free(workers);
}

static void worker_init(struct workers *workers, struct worker *worker,
			const struct plan_worker *plan)
{
	struct gateway *gateway = workers->gateway;
	char name[24], pid_path[PATHS_MAX];

	worker->workers = workers;
	worker->number = plan->number;
	(void)snprintf(name, sizeof(name), "xl2tpd-%u", plan->number);
	paths_worker(&gateway->paths, plan->number, "pid", pid_path);
	loop_timer_init(&worker->pipe_timer, gateway->loop, pipe_process, worker);
	loop_timer_init(&worker->health_timer, gateway->loop, worker_health, worker);
	supervised_init(&worker->process, gateway->loop, name, pid_path, &worker_ops, worker);
}

void workers_start(struct workers *workers)
{
	const struct plan *plan = workers->gateway->plan;

	for (size_t i = 0; i < plan->workers_count && i < FABRIC_WORKERS_MAX; i++) {
		struct worker *worker = &workers->worker[i];

		if (i >= workers->count) {
			worker_init(workers, worker, &plan->workers[i]);
			workers->count = i + 1;
		}
		supervised_start(&worker->process, plan->workers[i].digest);
	}
}

void workers_sessions_restored(struct workers *workers)
{
	struct gateway *gateway = workers->gateway;

	for (size_t i = 0; i < workers->count; i++) {
		const struct worker *worker = &workers->worker[i];

		if (!worker->process.adopted)
			session_worker_died(gateway->sessions, gateway_now(), worker->number);
	}
	gateway_settle(gateway);
	pppds_kill_strays(gateway->pppds);
}

bool workers_ready(const struct workers *workers)
{
	for (size_t i = 0; i < workers->count; i++) {
		if (workers->worker[i].process.child.state != CHILD_READY)
			return false;
	}
	return workers->count > 0;
}

unsigned workers_by_pid(const struct workers *workers, pid_t pid)
{
	for (size_t i = 0; i < workers->count; i++) {
		if (pid && workers->worker[i].process.process.pid == pid)
			return workers->worker[i].number;
	}
	return 0;
}

void workers_shards(const struct workers *workers, uint8_t worker_of[FABRIC_SHARDS])
{
	memcpy(worker_of, workers->gateway->plan->worker_of, FABRIC_SHARDS);
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

static struct worker *worker_with_pipe(struct workers *workers, unsigned number)
{
	for (size_t i = 0; i < workers->count; i++) {
		if (workers->worker[i].number == number && workers->worker[i].pipe)
			return &workers->worker[i];
	}
	return NULL;
}

void workers_close_tunnel(struct workers *workers, unsigned number, uint32_t tunnel, uint32_t slot)
{
	struct worker *worker = worker_with_pipe(workers, number);
	struct err err = { .code = ERR_NONE };
	struct closing *closing;

	if (!worker || tunnel > UINT16_MAX) {
		session_tunnel_closed(workers->gateway->sessions, gateway_now(), slot);
		return;
	}
	closing = mem_alloc(sizeof(*closing));
	*closing = (struct closing){ workers, slot };
	if (xl2tpd_close_tunnel(worker->pipe, (uint16_t)tunnel, ANSWER_US, on_closed, closing,
				&err) < 0) {
		log_warning("xl2tpd-%u: %s", number, err.text);
		on_closed(closing, XL2TPD_FAILED, "", 0);
		return;
	}
	loop_timer_in(&worker->pipe_timer, 0);
}

static json_t *worker_status(const struct worker *worker)
{
	const struct supervised *s = &worker->process;
	const char *failure = s->child.state != CHILD_READY && *s->failure ? s->failure : NULL;

	return json_pack("{s:s, s:s, s:o, s:i, s:s?}", "name", s->name, "state",
			 child_state_name(s->child.state), "pid",
			 s->process.pid ? json_integer(s->process.pid) : json_null(), "restarts",
			 (int)s->child.restarts, "detail", failure);
}

json_t *workers_status(const struct workers *workers)
{
	json_t *list = json_array();

	for (size_t i = 0; i < workers->count; i++)
		json_array_append_new(list, worker_status(&workers->worker[i]));
	return list;
}
