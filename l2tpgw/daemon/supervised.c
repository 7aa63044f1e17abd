/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/supervised.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"

#define LOOK_MS 10000 /* between looks for an upgrade */

static void feed(struct supervised *s, enum child_event event);

static void failed(struct supervised *s, const char *what, const char *why)
{
	(void)snprintf(s->failure, sizeof(s->failure), "%s: %s", what, why);
	log_error("%s %s", s->name, s->failure);
}

static int process_ended(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct supervised *s = user;
	struct err err = { .code = ERR_NONE };
	char text[64];
	int status;

	(void)source;
	(void)fd;
	(void)revents;
	loop_unwatch(&s->source);
	if (process_reap(&s->process, &status, &err) < 0)
		log_error("%s: %s", s->name, err.text);
	else if (s->child.state == CHILD_STOPPING)
		log_info("%s ended: %s", s->name, process_status_text(status, text));
	else if (s->child.state == CHILD_KILLED) /* which says why already */
		log_warning("%s ended: %s", s->name, process_status_text(status, text));
	else
		failed(s, "ended", process_status_text(status, text));
	process_release(&s->process);
	(void)file_remove(s->pid_path, &err);
	feed(s, CHILD_EXITED);
	return 0;
}

static void watch(struct supervised *s)
{
	s->replaced[0] = '\0';
	s->look_due = 0;
	s->source = loop_watch(s->loop, s->process.pidfd, EPOLLIN, process_ended, s);
	/* Before whatever else ended because of it: that is what its end is blamed on. */
	(void)sd_event_source_set_priority(s->source, SD_EVENT_PRIORITY_IMPORTANT);
	s->ops->started(s->user);
}

int supervised_note(void *supervised, const struct process *process, struct err *err)
{
	const struct supervised *s = supervised;
	struct pidfile file = { .pid = process->pid, .start = process->start };

	(void)snprintf(file.digest, sizeof(file.digest), "%s", s->digest);
	return pidfile_write(s->pid_path, &file, err);
}

void supervised_put_back(const struct supervised *s)
{
	struct pidfile file = { .pid = s->process.pid, .start = s->process.start };
	struct err err = { .code = ERR_NONE };

	if (!s->process.pid || access(s->pid_path, F_OK) == 0)
		return;
	memcpy(file.digest, s->running, sizeof(file.digest));
	if (pidfile_write(s->pid_path, &file, &err) < 0)
		log_error("%s", err.text);
	else
		log_warning("drift: %s was removed; put back", s->pid_path);
}

static void spawn(struct supervised *s)
{
	struct err err = { .code = ERR_NONE };

	if (s->ops->spawn(s->user, &s->process, &err) < 0) {
		failed(s, "cannot be started", err.text);
		feed(s, CHILD_EXITED);
		return;
	}
	s->adopted = false;
	memcpy(s->running, s->digest, sizeof(s->running));
	log_info("%s started, pid %d", s->name, (int)s->process.pid);
	watch(s);
}

static void signal_it(struct supervised *s, int signal)
{
	struct err err = { .code = ERR_NONE };

	if (process_signal(&s->process, signal, &err) < 0)
		log_error("%s: %s", s->name, err.text);
}

static void ended(struct supervised *s)
{
	bool again = s->again;

	s->again = false;
	if (again) {
		s->ops->gone(s->user);
		feed(s, CHILD_START);
	} else if (s->ops->ended) {
		s->ops->ended(s->user);
	}
}

static void act(struct supervised *s, enum child_action action)
{
	switch (action) {
	case CHILD_DO_NOTHING:
		break;
	case CHILD_DO_GONE:
		ended(s);
		break;
	case CHILD_DO_READY:
		s->failure[0] = '\0';
		break;
	case CHILD_DO_SPAWN:
		spawn(s);
		break;
	case CHILD_DO_TERMINATE:
		signal_it(s, SIGTERM);
		break;
	case CHILD_DO_KILL:
		failed(s, "killed", "it did not answer");
		signal_it(s, SIGKILL);
		break;
	case CHILD_DO_LOST:
		s->ops->gone(s->user);
		break;
	}
}

static void feed(struct supervised *s, enum child_event event)
{
	enum child_action action = child_event(&s->child, event, loop_ms());

	/* Armed before acting: acting may feed the next event. */
	loop_timer_at(&s->timer, s->child.deadline);
	act(s, action);
}

static void timer_fired(void *user)
{
	feed(user, CHILD_TIMER);
}

void supervised_init(struct supervised *s, sd_event *loop, const char *name, const char *pid_path,
		     const struct supervised_ops *ops, void *user)
{
	*s = (struct supervised){ .process = PROCESS_NONE, .loop = loop, .ops = ops, .user = user };
	(void)snprintf(s->name, sizeof(s->name), "%s", name);
	(void)snprintf(s->pid_path, sizeof(s->pid_path), "%s", pid_path);
	child_init(&s->child);
	loop_timer_init(&s->timer, loop, timer_fired, s);
}

void supervised_free(struct supervised *s)
{
	loop_unwatch(&s->source);
	loop_timer_free(&s->timer);
	process_release(&s->process);
}

/* The digest in the pid file; false if nothing of it runs. */
static bool adopt(struct supervised *s, char digest[PIDFILE_DIGEST_MAX])
{
	struct pidfile file;
	struct err err = { .code = ERR_NONE };
	int found = pidfile_read(s->pid_path, &file, &err);

	if (found < 0)
		log_warning("%s: %s", s->name, err.text);
	if (found != 0)
		return false;
	if (process_adopt(file.pid, file.start, &s->process, &err) != 0)
		return false;
	memcpy(s->running, file.digest, sizeof(s->running));
	log_info("%s adopted, pid %d", s->name, (int)file.pid);
	memcpy(digest, file.digest, PIDFILE_DIGEST_MAX);
	return true;
}

static void adopted(struct supervised *s)
{
	s->adopted = true;
	feed(s, CHILD_ADOPTED);
	watch(s);
}

bool supervised_adopt(struct supervised *s)
{
	if (!adopt(s, s->digest))
		return false;
	adopted(s);
	return true;
}

void supervised_start(struct supervised *s, const char *digest)
{
	char runs[PIDFILE_DIGEST_MAX];

	(void)snprintf(s->digest, sizeof(s->digest), "%s", digest);
	if (s->child.state == CHILD_STOPPING)
		feed(s, CHILD_START);
	if (s->child.state != CHILD_DOWN)
		return;
	if (!adopt(s, runs)) {
		feed(s, CHILD_START);
		return;
	}
	if (strcmp(runs, s->digest) != 0)
		log_warning("%s runs with an older configuration until it is started anew",
			    s->name);
	adopted(s);
}

void supervised_stop(struct supervised *s)
{
	s->again = false;
	feed(s, CHILD_STOP);
}

void supervised_restart(struct supervised *s, const char *digest)
{
	(void)snprintf(s->digest, sizeof(s->digest), "%s", digest);
	if (s->child.state == CHILD_DOWN) {
		feed(s, CHILD_START);
		return;
	}
	s->again = true;
	feed(s, CHILD_STOP);
}

void supervised_answered(struct supervised *s)
{
	feed(s, CHILD_ANSWERED);
}

void supervised_frozen(struct supervised *s)
{
	feed(s, CHILD_FROZEN);
}

bool supervised_stopped(const struct supervised *s)
{
	struct procfs_stat stat;
	struct err err;

	return s->process.pid && procfs_stat(s->process.pid, &stat, &err) == 0 &&
	       (stat.state == 'T' || stat.state == 't');
}

void supervised_look(struct supervised *s)
{
	struct err ignored; /* a process that ends meanwhile runs no code */

	if (!s->process.pid || *s->replaced || loop_ms() < s->look_due)
		return;
	s->look_due = loop_ms() + LOOK_MS;
	if (procfs_replaced(s->process.pid, s->replaced, &ignored) == 0 && *s->replaced)
		log_warning("%s runs code that an upgrade has replaced (%s); l2tpgw status says "
			    "what to do",
			    s->name, s->replaced);
}
