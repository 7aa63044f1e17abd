/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_VICI_H
#define L2TPGW_DRIVE_VICI_H

/*
 * A client of charon's VICI socket. It never blocks and has no loop of its own: the caller polls
 * vici_fd() for input, for output too while vici_wants_write(), until vici_deadline(), and then
 * calls vici_ready().
 *
 * Requests are pipelined; charon answers those of one connection in order, so one that takes long
 * holds up those behind it: use one connection for events and one for commands. VICI does not
 * number its answers, and charon leaves some requests unanswered. So an answer that fails to come
 * in time is the end of the connection: vici_ready() fails, every request that waits is told, and
 * the caller closes and connects anew.
 *
 * Callbacks run inside vici_ready() and vici_close() only. They may call vici_request() and
 * vici_listen() (refused once the connection has failed), not vici_ready() or vici_close(). Trees
 * passed to them live until they return.
 *
 * Times are milliseconds of any monotonic clock, the same in every call.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/tree.h"

#define VICI_PENDING_MAX 4096          /* requests waiting for their answer */
#define VICI_OUT_MAX     (1024 * 1024) /* bytes waiting to be written */

struct vici;

typedef void (*vici_event_fn)(void *user, const char *event, const struct tree *message);
/* Called exactly once a request, either with charon's response or (NULL) with what went wrong. */
typedef void (*vici_done_fn)(void *user, const struct tree *response, const struct err *why);

struct vici_request {
	const char *command;        /* "load-conn" */
	const struct tree *message; /* NULL: empty */
	const char *stream;     /* event the command streams its result as: "list-sa"; or NULL */
	unsigned timeout_ms;    /* from now until the response, those before it included */
	vici_event_fn on_event; /* for each event of `stream`, all before on_done */
	vici_done_fn on_done;
	void *user;
};

enum vici_listen_state {
	VICI_LISTEN_NONE,    /* never asked for */
	VICI_LISTEN_PENDING, /* asked for, not answered yet; events may come already */
	VICI_LISTEN_ON,
	VICI_LISTEN_REFUSED, /* this charon has no such event */
};

/*
 * Connects to the UNIX socket at `path`. ERR_UNREACHABLE if nobody listens or charon's queue
 * (three) is full: worth trying again; ERR_PERMISSION if we may not.
 */
int vici_connect(struct vici **vici, const char *path, struct err *err);
/* Tells all that wait, and frees. NULL is fine. */
void vici_close(struct vici *vici);

int vici_fd(const struct vici *vici); /* valid until vici_close() */
bool vici_wants_write(const struct vici *vici);
/* When to call vici_ready() at the latest; UINT64_MAX: only when the fd is ready. */
uint64_t vici_deadline(const struct vici *vici);
/*
 * Reads and writes what can be without blocking (at most about 1 MiB read a call), hands out what
 * came, and checks the deadlines. -1, ERR_UNREACHABLE: the connection is dead, now and in all
 * later calls.
 */
int vici_ready(struct vici *vici, uint64_t now_ms, struct err *err);

/*
 * Queues a request; vici_ready() sends it. `message` is encoded at once and not kept. On failure
 * nothing was queued and on_done will not be called. A command unknown to charon, and a stream
 * event unknown to it, are reported through on_done; the connection goes on.
 */
int vici_request(struct vici *vici, const struct vici_request *request, uint64_t now_ms,
		 struct err *err);
/*
 * Registers for an event for as long as the connection lives. An event is either listened for
 * (once) or used as the stream of requests: charon would send it twice.
 */
int vici_listen(struct vici *vici, const char *event, vici_event_fn on_event, void *user,
		uint64_t now_ms, unsigned timeout_ms, struct err *err);
enum vici_listen_state vici_listening(const struct vici *vici, const char *event);

/*
 * Whether a response reports success: -1, with charon's words made printable, if it has a
 * `success` other than "yes". Responses without one (of list-*, version, stats) are successes.
 */
int vici_success(const struct tree *response, struct err *err);

#endif
