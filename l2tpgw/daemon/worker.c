/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/worker.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/pppds.h"
#include "drive/ability.h"
#include "drive/modules.h"
#include "drive/procfs.h"
#include "drive/programs.h"
#include "drive/xl2tpd_pipe.h"
#include "drive/xl2tpd_reply.h"

#define READY_INTERVAL_MS  50
#define HEALTH_INTERVAL_MS 1000
/* select() holds no descriptor above it: xl2tpd aborts at the next one (xl2tpd issue 276). */
#define WORKER_NOFILE 1024
#define SINCE_MAX     32 /* bytes of the file that says since when it drains */

/* ---- its control pipe ---- */

static void pipe_process(void *user)
{
	struct worker *worker = user;

	if (!worker->pipe)
		return;
	xl2tpd_process(worker->pipe, loop_us());
	gateway_settle(worker->gateway);
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
	struct gateway *gateway = worker->gateway;
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

/* ---- its health ---- */

static void note_tunnels(struct worker *worker, const char *reply, size_t len)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xl2tpd_tunnels tunnels;

	worker->empty = xl2tpd_parse_available(arena, reply, len, &tunnels) && tunnels.count == 0;
}

static void asked_in_vain(struct worker *worker)
{
	struct procfs_stat stat;
	struct err err = { .code = ERR_NONE };
	bool there = procfs_stat(worker->process.process.pid, &stat, &err) == 0;

	log_warning("xl2tpd-%u has not answered for %u s", worker->number,
		    WORKER_ANSWER_US / 1000000);
	if (there && silence_is_death(&worker->silence, stat.cpu, stat.state == 'R'))
		supervised_frozen(&worker->process);
}

static void on_answer(void *user, enum xl2tpd_outcome outcome, const char *reply, size_t len)
{
	struct worker *worker = user;

	worker->asked = false;
	switch (outcome) {
	case XL2TPD_OK:
	case XL2TPD_REFUSED:
		if (worker->process.child.state == CHILD_STARTING)
			log_info("xl2tpd-%u is ready", worker->number);
		silence_broken(&worker->silence);
		supervised_answered(&worker->process);
		if (worker->asked_draining)
			note_tunnels(worker, reply, len);
		break;
	case XL2TPD_TIMEOUT:
		asked_in_vain(worker);
		break;
	case XL2TPD_ABSENT: /* it has not come so far yet, or has lost its pipe */
		if (worker->process.child.state == CHILD_READY)
			asked_in_vain(worker);
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

	if (!worker->process.process.pid || worker->role == WORKER_ENDING)
		return;
	loop_timer_in(&worker->health_timer, ready ? HEALTH_INTERVAL_MS : READY_INTERVAL_MS);
	supervised_look(&worker->process);
	/* Seen at once; any other way of being frozen by the silence. */
	if (ready && supervised_stopped(&worker->process)) {
		supervised_frozen(&worker->process);
		return;
	}
	if (worker->asked)
		return;
	if (pipe_open(worker, &err) < 0 ||
	    xl2tpd_available(worker->pipe, WORKER_ANSWER_US, on_answer, worker, &err) < 0) {
		log_error("xl2tpd-%u: %s", worker->number, err.text);
		return;
	}
	worker->asked = true;
	worker->asked_draining = worker->role == WORKER_DRAINING;
	pipe_process(worker);
}

/* ---- its process ---- */

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

static int worker_spawn(void *user, struct process *process, struct err *err)
{
	struct worker *worker = user;
	struct gateway *gateway = worker->gateway;
	char pid[PATHS_MAX], pipe[PATHS_MAX];
	const char *const argv[] = { program_path(PROGRAM_XL2TPD),
				     "-D",
				     "-c",
				     worker->config,
				     "-p",
				     pid,
				     "-C",
				     pipe,
				     NULL };
	const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	const struct spawn spawn = { .argv = argv,
				     .env = env,
				     .out = STDERR_FILENO,
				     .fds = gateway->held,
				     .fds_count = array_size(gateway->held),
				     .nofile = WORKER_NOFILE,
				     .session = true,
				     .forked = supervised_note,
				     .user = &worker->process };

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

	silence_broken(&worker->silence);
	loop_timer_in(&worker->health_timer, READY_INTERVAL_MS);
}

static void end_sessions(struct worker *worker,
			 void (*end)(struct session_table *, struct session_now, unsigned))
{
	struct gateway *gateway = worker->gateway;

	loop_timer_at(&worker->health_timer, UINT64_MAX);
	pipe_close(worker);
	if (!gateway->sessions)
		return;
	end(gateway->sessions, gateway_now(), worker->number);
	gateway_settle(gateway);
	pppds_kill_strays(gateway->pppds);
}

static void worker_gone(void *user)
{
	struct worker *worker = user;

	end_sessions(worker, session_worker_died);
	if (worker->role == WORKER_DRAINING)
		worker_end(worker);
}

static void remove_file(const struct worker *worker, const char *suffix)
{
	struct err err = { .code = ERR_NONE };
	char path[PATHS_MAX];

	paths_worker(&worker->gateway->paths, worker->number, suffix, path);
	if (file_remove(path, &err) < 0)
		log_warning("%s", err.text);
}

static void worker_ended(void *user)
{
	struct worker *worker = user;

	worker->role = WORKER_ENDED;
	end_sessions(worker, session_worker_ended);
	remove_file(worker, "control");
	remove_file(worker, "xpid");
	remove_file(worker, "drain");
}

static const struct supervised_ops worker_ops = {
	.spawn = worker_spawn,
	.started = worker_started,
	.gone = worker_gone,
	.ended = worker_ended,
};

struct worker *worker_new(struct gateway *gateway, unsigned number)
{
	struct worker *worker = mem_alloc(sizeof(*worker));
	char name[24], pid_path[PATHS_MAX];

	worker->gateway = gateway;
	worker->number = number;
	(void)snprintf(name, sizeof(name), "xl2tpd-%u", number);
	paths_worker(&gateway->paths, number, "pid", pid_path);
	paths_worker(&gateway->paths, number, "conf", worker->config);
	loop_timer_init(&worker->pipe_timer, gateway->loop, pipe_process, worker);
	loop_timer_init(&worker->health_timer, gateway->loop, worker_health, worker);
	supervised_init(&worker->process, gateway->loop, name, pid_path, &worker_ops, worker);
	return worker;
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	pipe_close(worker);
	loop_timer_free(&worker->pipe_timer);
	loop_timer_free(&worker->health_timer);
	supervised_free(&worker->process);
	free(worker);
}

/* ---- its role ---- */

/* The file outlives l2tpgwd, as the process does; both end with the boot, as this clock does. */
static bool read_since(const struct worker *worker, uint64_t *since)
{
	cleanup_buf struct buf text = BUF_INIT;
	char path[PATHS_MAX];
	struct err err;

	paths_worker(&worker->gateway->paths, worker->number, "drain", path);
	return access(path, F_OK) == 0 && file_read(path, SINCE_MAX, &text, &err) == 0 &&
	       sscanf(buf_text(&text), "%" SCNu64, since) == 1 && *since <= loop_ms();
}

static void write_since(const struct worker *worker)
{
	struct err err = { .code = ERR_NONE };
	char path[PATHS_MAX], text[SINCE_MAX];
	int len = snprintf(text, sizeof(text), "%" PRIu64 "\n", worker->draining_since);

	paths_worker(&worker->gateway->paths, worker->number, "drain", path);
	if (file_write(path, text, (size_t)len, 0644, false, &err) < 0)
		log_warning("xl2tpd-%u: %s", worker->number, err.text);
}

bool worker_adopt(struct worker *worker)
{
	if (!supervised_adopt(&worker->process))
		return false;
	worker->led = true;
	worker->role =
	    read_since(worker, &worker->draining_since) ? WORKER_DRAINING : WORKER_SERVING;
	return true;
}

/* Without it xl2tpd would end at the next command, and all sessions on it. */
static void put_pipe_back(struct worker *worker)
{
	struct err err = { .code = ERR_NONE };
	char path[PATHS_MAX];

	paths_worker(&worker->gateway->paths, worker->number, "control", path);
	if (worker->process.child.state != CHILD_READY || access(path, F_OK) == 0)
		return;
	if (xl2tpd_pipe_renew(path, worker->process.process.pid, &err) < 0)
		log_error("%s", err.text);
	else
		log_warning("drift: %s was removed; put back", path);
}

void worker_put_back(struct worker *worker)
{
	supervised_put_back(&worker->process);
	put_pipe_back(worker);
}

void worker_start(struct worker *worker, const char *digest)
{
	struct child *child = &worker->process.child;

	worker->attempts = child->restarts + (child->state == CHILD_STOPPING);
	if (worker->role == WORKER_ENDING)
		worker->role = WORKER_NEW;
	supervised_start(&worker->process, digest);
}

void worker_serve(struct worker *worker)
{
	if (worker->role == WORKER_DRAINING) {
		remove_file(worker, "drain");
		log_notice("xl2tpd-%u serves again", worker->number);
	}
	worker->role = WORKER_SERVING;
	worker->led = true;
}

void worker_drain(struct worker *worker)
{
	if (worker->role != WORKER_NEW && worker->role != WORKER_SERVING)
		return;
	/* It died a moment ago, and all that was on it. */
	if (!worker->process.process.pid) {
		worker_end(worker);
		return;
	}
	worker->role = WORKER_DRAINING;
	worker->empty = worker->closed = false;
	worker->asked_draining = false;
	worker->draining_since = loop_ms();
	write_since(worker);
	log_notice("xl2tpd-%u gets no new clients; %u stay on it", worker->number,
		   worker_logins(worker));
}

void worker_end(struct worker *worker)
{
	if (worker->role == WORKER_ENDING || worker->role == WORKER_ENDED)
		return;
	worker->role = WORKER_ENDING;
	log_info("xl2tpd-%u is told to end", worker->number);
	supervised_stop(&worker->process);
	if (worker->process.child.state == CHILD_DOWN && worker->role != WORKER_ENDED)
		worker_ended(worker);
}

int worker_progress(const struct worker *worker, struct err *err)
{
	const struct supervised *process = &worker->process;

	if (process->child.state == CHILD_READY)
		return 1;
	if (process->child.restarts <= worker->attempts)
		return 0;
	return err_set(err, ERR_FAILED, "%s %s", process->name,
		       *process->failure ? process->failure : "ended");
}

unsigned worker_logins(const struct worker *worker)
{
	const struct session_table *sessions = worker->gateway->sessions;
	const struct session *session = NULL;
	unsigned count = 0;

	if (!sessions)
		return 0;
	while ((session = session_iterate(sessions, session)))
		count += session->pppd.pid && session->worker == worker->number;
	return count;
}
