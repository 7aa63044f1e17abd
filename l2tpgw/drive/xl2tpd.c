/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/xl2tpd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "drive/xl2tpd_reply.h"

/* Microseconds. */
#define ABSENT_RETRY 50000  /* xl2tpd has its pipe closed for an instant after each command */
#define UNREAD_RETRY 100000 /* a command lies in the pipe unread */
#define RESEND       500000 /* it was read, or lost: nothing tells which */
#define GAP          20000  /* for xl2tpd to reopen its pipe before the next command */

struct command {
	struct command *next;
	char text[XL2TPD_COMMAND_MAX];
	uint64_t timeout;
	xl2tpd_done_fn *done;
	void *user;
};

struct xl2tpd {
	char *pipe;
	char *results;
	int inotify;
	unsigned long serial;
	uint64_t idle_until; /* not before then the next command */
	struct command *first, *last;

	/* The first command, while it is under way. */
	bool started;
	bool reached; /* somebody had the pipe open for reading */
	bool sent;
	uint64_t deadline, retry;
	char path[PATH_MAX];
	int reply; /* the file the answer goes to */
	int watch;
};

struct xl2tpd *xl2tpd_new(const char *pipe, const char *results, struct err *err)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct xl2tpd *xl2tpd;

	if (fd < 0) {
		err_errno(err, errno, "inotify");
		return NULL;
	}
	xl2tpd = mem_alloc(sizeof(*xl2tpd));
	xl2tpd->pipe = mem_strdup(pipe);
	xl2tpd->results = mem_strdup(results);
	xl2tpd->inotify = fd;
	xl2tpd->reply = -1;
	return xl2tpd;
}

int xl2tpd_fd(const struct xl2tpd *xl2tpd)
{
	return xl2tpd->inotify;
}

uint64_t xl2tpd_deadline(const struct xl2tpd *xl2tpd)
{
	if (!xl2tpd->first)
		return UINT64_MAX;
	if (!xl2tpd->started)
		return xl2tpd->idle_until;
	return xl2tpd->retry < xl2tpd->deadline ? xl2tpd->retry : xl2tpd->deadline;
}

/* The end of a command */

static void drop_file(struct xl2tpd *xl2tpd)
{
	if (xl2tpd->reply < 0)
		return;
	(void)inotify_rm_watch(xl2tpd->inotify, xl2tpd->watch);
	(void)unlink(xl2tpd->path);
	close(steal_fd(&xl2tpd->reply));
}

static void finish(struct xl2tpd *xl2tpd, enum xl2tpd_outcome outcome, const char *reply,
		   size_t len)
{
	struct command *command = xl2tpd->first;

	drop_file(xl2tpd);
	xl2tpd->started = false;
	xl2tpd->first = command->next;
	if (!xl2tpd->first)
		xl2tpd->last = NULL;
	if (command->done)
		command->done(command->user, outcome, reply, len);
	mem_wipe_free(command, sizeof(*command));
}

static void finish_with_reply(struct xl2tpd *xl2tpd)
{
	cleanup_buf struct buf text = BUF_INIT;
	char chunk[16384];
	ssize_t n;

	while (text.len <= XL2TPD_REPLY_MAX) {
		n = pread(xl2tpd->reply, chunk, sizeof(chunk), (off_t)text.len);
		if (n <= 0)
			break;
		buf_append(&text, chunk, (size_t)n);
	}
	finish(xl2tpd, xl2tpd_reply_code(buf_text(&text), text.len) ? XL2TPD_REFUSED : XL2TPD_OK,
	       buf_text(&text), text.len);
}

void xl2tpd_free(struct xl2tpd *xl2tpd)
{
	if (!xl2tpd)
		return;
	while (xl2tpd->first)
		finish(xl2tpd, XL2TPD_CANCELLED, "", 0);
	close(xl2tpd->inotify);
	free(xl2tpd->pipe);
	free(xl2tpd->results);
	free(xl2tpd);
}

/* Its beginning */

/* Opened for reading only: closing it must not look like xl2tpd having written. */
static bool make_file(struct xl2tpd *xl2tpd)
{
	const char *slash = strrchr(xl2tpd->pipe, '/');
	int len = snprintf(xl2tpd->path, sizeof(xl2tpd->path), "%s/%s.%d.%lu", xl2tpd->results,
			   slash ? slash + 1 : xl2tpd->pipe, (int)getpid(), xl2tpd->serial++);

	if ((size_t)len >= sizeof(xl2tpd->path))
		return false;
	xl2tpd->reply = open(xl2tpd->path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (xl2tpd->reply < 0)
		return false;
	xl2tpd->watch = inotify_add_watch(xl2tpd->inotify, xl2tpd->path, IN_CLOSE_WRITE);
	return xl2tpd->watch >= 0;
}

static bool start(struct xl2tpd *xl2tpd, uint64_t now)
{
	xl2tpd->started = true;
	xl2tpd->reached = xl2tpd->sent = false;
	xl2tpd->deadline = now + xl2tpd->first->timeout;
	xl2tpd->retry = now;
	return make_file(xl2tpd);
}

static int open_pipe(struct xl2tpd *xl2tpd)
{
	cleanup_fd int fd = open(xl2tpd->pipe, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		return -1;
	return steal_fd(&fd);
}

/* Two commands in one read of xl2tpd's would both be spoilt. */
static bool is_unread(int fd)
{
	int bytes = 0;

	return ioctl(fd, FIONREAD, &bytes) == 0 && bytes > 0;
}

/* The pipe is open for no longer than this function takes. */
static void try_send(struct xl2tpd *xl2tpd, uint64_t now)
{
	char line[PATH_MAX + XL2TPD_COMMAND_MAX];
	int len = snprintf(line, sizeof(line), "@%s %s\n", xl2tpd->path, xl2tpd->first->text);
	cleanup_fd int fd = open_pipe(xl2tpd);

	xl2tpd->retry = now + ABSENT_RETRY;
	if (fd < 0)
		return;
	xl2tpd->reached = true;
	xl2tpd->retry = now + UNREAD_RETRY;
	if (is_unread(fd) || write(fd, line, (size_t)len) != len)
		return;
	xl2tpd->sent = true;
	xl2tpd->retry = now + RESEND;
}

static bool reply_is_complete(struct xl2tpd *xl2tpd)
{
	_Alignas(struct inotify_event) char buf[4096];
	bool complete = false;

	for (;;) {
		ssize_t n = read(xl2tpd->inotify, buf, sizeof(buf));

		if (n <= 0)
			return complete;
		for (char *p = buf; p < buf + n;) {
			const struct inotify_event *event = (const struct inotify_event *)p;

			if (xl2tpd->started && event->wd == xl2tpd->watch &&
			    (event->mask & IN_CLOSE_WRITE))
				complete = true;
			p += sizeof(*event) + event->len;
		}
	}
}

static void go_on(struct xl2tpd *xl2tpd, uint64_t now)
{
	if (!xl2tpd->started && now >= xl2tpd->idle_until && !start(xl2tpd, now)) {
		finish(xl2tpd, XL2TPD_FAILED, "", 0);
		return;
	}
	if (xl2tpd->started && now >= xl2tpd->retry && now < xl2tpd->deadline)
		try_send(xl2tpd, now);
}

/* At most one command ends in a call: one that a callback asks for cannot make this spin. */
void xl2tpd_process(struct xl2tpd *xl2tpd, uint64_t now)
{
	bool complete = reply_is_complete(xl2tpd);

	if (complete) {
		xl2tpd->idle_until = now + GAP;
		finish_with_reply(xl2tpd);
	} else if (xl2tpd->started && now >= xl2tpd->deadline) {
		finish(xl2tpd, xl2tpd->reached ? XL2TPD_TIMEOUT : XL2TPD_ABSENT, "", 0);
	} else if (xl2tpd->first) {
		go_on(xl2tpd, now);
	}
}

/* Asking */

int xl2tpd_request(struct xl2tpd *xl2tpd, const char *text, uint64_t timeout, xl2tpd_done_fn *done,
		   void *user, struct err *err)
{
	struct command *command;

	if (strlen(text) >= sizeof(command->text) || strchr(text, '\n'))
		return err_set(err, ERR_INTERNAL, "not a command for xl2tpd");
	command = mem_alloc(sizeof(*command));
	(void)snprintf(command->text, sizeof(command->text), "%s", text);
	command->timeout = timeout;
	command->done = done;
	command->user = user;
	if (xl2tpd->last)
		xl2tpd->last->next = command;
	else
		xl2tpd->first = command;
	xl2tpd->last = command;
	return 0;
}

int xl2tpd_available(struct xl2tpd *xl2tpd, uint64_t timeout, xl2tpd_done_fn *done, void *user,
		     struct err *err)
{
	return xl2tpd_request(xl2tpd, "x", timeout, done, user, err);
}

int xl2tpd_status(struct xl2tpd *xl2tpd, const char *lns, uint64_t timeout, xl2tpd_done_fn *done,
		  void *user, struct err *err)
{
	char text[XL2TPD_COMMAND_MAX + 1];

	(void)snprintf(text, sizeof(text), "y %s", lns);
	return xl2tpd_request(xl2tpd, text, timeout, done, user, err);
}

int xl2tpd_close_tunnel(struct xl2tpd *xl2tpd, uint16_t local, uint64_t timeout,
			xl2tpd_done_fn *done, void *user, struct err *err)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "d %u", local);
	return xl2tpd_request(xl2tpd, text, timeout, done, user, err);
}
