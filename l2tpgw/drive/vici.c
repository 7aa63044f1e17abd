/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/vici.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "drive/vici_wire.h"

#define READ_CHUNK 16384
/* Reads a call: a charon that never stops talking must not keep the caller from its other work. */
#define READS_MAX 64

enum pending_state { AWAITS_REGISTER, AWAITS_RESPONSE, AWAITS_UNREGISTER };
#define PENDING_STATES 3

struct listener {
	struct listener *next;
	char *event;
	enum vici_listen_state state;
	vici_event_fn on_event;
	void *user;
};

/* What was asked of charon and not answered: a registration, a command, or both around one. */
struct pending {
	struct pending *next;
	enum pending_state state;
	uint64_t deadline;
	struct listener *listener; /* a registration for good; the rest is unused then */
	char *command;
	char *stream; /* NULL: a plain command */
	vici_event_fn on_event;
	vici_done_fn on_done; /* NULL once it was called */
	void *user;
};

struct vici {
	int fd;
	bool failed;
	bool busy; /* callbacks may be running */
	struct err why;
	struct vici_reader reader;
	struct buf out;
	struct pending *first, *last;
	size_t pending_count;
	struct listener *listeners;
};

static int address_set(struct sockaddr_un *address, const char *path, struct err *err)
{
	size_t len = strlen(path);

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (!len || len >= sizeof(address->sun_path))
		return err_set(err, ERR_FAILED, "%s: no path of a socket", path);
	memcpy(address->sun_path, path, len);
	return 0;
}

int vici_connect(struct vici **vici, const char *path, struct err *err)
{
	struct sockaddr_un address;
	cleanup_fd int fd = -1;

	if (address_set(&address, path, err) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno(err, errno, "socket");
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		err_errno(err, errno, "charon's socket %s", path);
		if (err->code != ERR_PERMISSION)
			err->code = ERR_UNREACHABLE;
		return -1;
	}
	*vici = mem_alloc(sizeof(**vici));
	(*vici)->fd = steal_fd(&fd);
	return 0;
}

static void pending_free(struct pending *pending)
{
	free(pending->command);
	free(pending->stream);
	free(pending);
}

static void pending_append(struct vici *vici, struct pending *pending)
{
	if (vici->last)
		vici->last->next = pending;
	else
		vici->first = pending;
	vici->last = pending;
	vici->pending_count++;
}

static struct pending *pending_pop(struct vici *vici)
{
	struct pending *pending = vici->first;

	vici->first = pending->next;
	if (!vici->first)
		vici->last = NULL;
	vici->pending_count--;
	return pending;
}

static void pending_done(struct pending *pending, const struct tree *response,
			 const struct err *why)
{
	vici_done_fn on_done = pending->on_done;

	pending->on_done = NULL;
	if (on_done)
		on_done(pending->user, response, why);
}

/* From here on nothing is accepted; `err` is what all later calls report. */
static int fail(struct vici *vici, struct err *err)
{
	err->code = ERR_UNREACHABLE;
	vici->failed = true;
	vici->why = *err;
	vici->busy = true;
	while (vici->first) {
		struct pending *pending = pending_pop(vici);

		pending_done(pending, NULL, &vici->why);
		pending_free(pending);
	}
	vici->busy = false;
	return -1;
}

void vici_close(struct vici *vici)
{
	struct listener *next;
	struct err err;

	if (!vici)
		return;
	/* Called from a callback, this would free what its caller still uses. */
	if (vici->busy)
		abort();
	err_set(&err, ERR_UNREACHABLE, "the connection to charon was closed");
	fail(vici, &err);
	for (struct listener *l = vici->listeners; l; l = next) {
		next = l->next;
		free(l->event);
		free(l);
	}
	vici_reader_free(&vici->reader);
	buf_free(&vici->out);
	close(vici->fd);
	free(vici);
}

int vici_fd(const struct vici *vici)
{
	return vici->fd;
}

bool vici_wants_write(const struct vici *vici)
{
	return !vici->failed && vici->out.len > 0;
}

static const struct pending *pending_earliest(const struct vici *vici)
{
	const struct pending *earliest = vici->first;

	for (const struct pending *p = earliest; p; p = p->next) {
		if (p->deadline < earliest->deadline)
			earliest = p;
	}
	return earliest;
}

uint64_t vici_deadline(const struct vici *vici)
{
	const struct pending *earliest = pending_earliest(vici);

	return earliest ? earliest->deadline : UINT64_MAX;
}

/* The answers, in each state of the request that is due. */
typedef void (*answer_fn)(struct vici *vici, const struct tree *message);

static void on_registered(struct vici *vici, const struct tree *message)
{
	(void)message;
	if (!vici->first->listener) {
		vici->first->state = AWAITS_RESPONSE;
		return;
	}
	vici->first->listener->state = VICI_LISTEN_ON;
	pending_free(pending_pop(vici));
}

static void on_register_refused(struct vici *vici, const struct tree *message)
{
	struct pending *pending = vici->first;
	struct err why;

	(void)message;
	if (pending->listener) {
		pending->listener->state = VICI_LISTEN_REFUSED;
		pending_free(pending_pop(vici));
		return;
	}
	/* The command was sent behind it, so its answer is still to come. */
	pending->state = AWAITS_RESPONSE;
	err_set(&why, ERR_FAILED, "charon has no event \"%s\"", pending->stream);
	pending_done(pending, NULL, &why);
}

static void command_over(struct vici *vici, const struct tree *response, const struct err *why)
{
	struct pending *pending = vici->first;

	if (pending->stream) {
		pending->state = AWAITS_UNREGISTER;
		pending_done(pending, response, why);
		return;
	}
	pending_pop(vici);
	pending_done(pending, response, why);
	pending_free(pending);
}

static void on_response(struct vici *vici, const struct tree *message)
{
	command_over(vici, message, NULL);
}

static void on_command_unknown(struct vici *vici, const struct tree *message)
{
	struct err why;

	(void)message;
	err_set(&why, ERR_FAILED, "charon has no command \"%s\"", vici->first->command);
	command_over(vici, NULL, &why);
}

/* Refused as well: then it was not registered either, which is what was wanted. */
static void on_unregistered(struct vici *vici, const struct tree *message)
{
	(void)message;
	pending_free(pending_pop(vici));
}

/* NULL: charon and we no longer mean the same request. */
static const answer_fn answers[PENDING_STATES][VICI_PACKET_TYPES] = {
	[AWAITS_REGISTER] = {
		[VICI_CMD_RESPONSE] = NULL,
		[VICI_CMD_UNKNOWN] = NULL,
		[VICI_EVENT_CONFIRM] = on_registered,
		[VICI_EVENT_UNKNOWN] = on_register_refused,
	},
	[AWAITS_RESPONSE] = {
		[VICI_CMD_RESPONSE] = on_response,
		[VICI_CMD_UNKNOWN] = on_command_unknown,
		[VICI_EVENT_CONFIRM] = NULL,
		[VICI_EVENT_UNKNOWN] = NULL,
	},
	[AWAITS_UNREGISTER] = {
		[VICI_CMD_RESPONSE] = NULL,
		[VICI_CMD_UNKNOWN] = NULL,
		[VICI_EVENT_CONFIRM] = on_unregistered,
		[VICI_EVENT_UNKNOWN] = on_unregistered,
	},
};

static struct listener *listener_find(const struct vici *vici, const char *event)
{
	struct listener *listener = vici->listeners;

	while (listener && strcmp(listener->event, event) != 0)
		listener = listener->next;
	return listener;
}

static bool is_streaming(const struct pending *pending, const char *event)
{
	return pending && pending->stream && pending->on_done && !strcmp(pending->stream, event);
}

/* One that nobody waits for was on its way while its stream ended: it is dropped. */
static void dispatch_event(struct vici *vici, const struct vici_packet *packet)
{
	const struct listener *listener = listener_find(vici, packet->name);
	const struct pending *pending = vici->first;

	if (is_streaming(pending, packet->name) && pending->on_event)
		pending->on_event(pending->user, packet->name, packet->message);
	else if (listener && listener->on_event)
		listener->on_event(listener->user, packet->name, packet->message);
}

static int dispatch(struct vici *vici, const struct vici_packet *packet, struct err *err)
{
	answer_fn answer = NULL;

	if (packet->type == VICI_EVENT) {
		dispatch_event(vici, packet);
		return 0;
	}
	if (vici->first)
		answer = answers[vici->first->state][packet->type];
	if (!answer)
		return err_set(err, ERR_UNREACHABLE, "charon sent an answer of type %d unasked",
			       (int)packet->type);
	answer(vici, packet->message);
	return 0;
}

/* 1: there was a packet, 0: there was none */
static int take_packet(struct vici *vici, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct vici_packet packet;
	int found = vici_reader_next(&vici->reader, arena, &packet, err);

	if (found <= 0)
		return found;
	return dispatch(vici, &packet, err) < 0 ? -1 : 1;
}

/* 1: there may be more, 0: there is no more now */
static int read_some(struct vici *vici, struct err *err)
{
	char chunk[READ_CHUNK];
	ssize_t len = recv(vici->fd, chunk, sizeof(chunk), MSG_DONTWAIT);
	int found;

	if (len < 0 && errno == EINTR)
		return 1;
	if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (len < 0)
		return err_errno(err, errno, "reading from charon");
	if (len == 0)
		return err_set(err, ERR_UNREACHABLE, "charon closed the connection");
	vici_reader_feed(&vici->reader, chunk, (size_t)len);
	do {
		found = take_packet(vici, err);
	} while (found > 0);
	return found < 0 ? -1 : 1;
}

static int read_all(struct vici *vici, struct err *err)
{
	int more = 1;

	for (int i = 0; i < READS_MAX && more > 0; i++)
		more = read_some(vici, err);
	return more;
}

static int write_all(struct vici *vici, struct err *err)
{
	while (vici->out.len > 0) {
		ssize_t len =
		    send(vici->fd, vici->out.data, vici->out.len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (len < 0)
			return err_errno(err, errno, "writing to charon");
		buf_consume(&vici->out, (size_t)len);
	}
	/* What it holds is wiped already; a large one is not worth keeping. */
	buf_free(&vici->out);
	return 0;
}

static int check_deadline(const struct vici *vici, uint64_t now_ms, struct err *err)
{
	const struct pending *late = pending_earliest(vici);

	if (!late || now_ms < late->deadline)
		return 0;
	return err_set(err, ERR_UNREACHABLE, "charon did not answer \"%s\" in time",
		       late->listener ? late->listener->event : late->command);
}

static int run(struct vici *vici, uint64_t now_ms, struct err *err)
{
	int more = read_all(vici, err);

	if (more < 0 || write_all(vici, err) < 0)
		return -1;
	/* While there is more to read, an answer that seems to be late may just be unread. */
	return more > 0 ? 0 : check_deadline(vici, now_ms, err);
}

int vici_ready(struct vici *vici, uint64_t now_ms, struct err *err)
{
	int result;

	if (vici->failed) {
		*err = vici->why;
		return -1;
	}
	vici->busy = true;
	result = run(vici, now_ms, err);
	vici->busy = false;
	return result < 0 ? fail(vici, err) : 0;
}

static int may_queue(const struct vici *vici, struct err *err)
{
	if (vici->failed) {
		*err = vici->why;
		return -1;
	}
	if (vici->pending_count >= VICI_PENDING_MAX)
		return err_set(err, ERR_UNREACHABLE, "charon has too many requests to answer");
	return 0;
}

static int queue_bytes(struct vici *vici, const struct buf *bytes, struct err *err)
{
	if (bytes->len > VICI_OUT_MAX - vici->out.len)
		return err_set(err, ERR_UNREACHABLE, "charon does not read what is sent to it");
	buf_append(&vici->out, bytes->data, bytes->len);
	return 0;
}

static uint64_t deadline_after(uint64_t now_ms, unsigned timeout_ms)
{
	return now_ms > UINT64_MAX - timeout_ms ? UINT64_MAX : now_ms + timeout_ms;
}

static int encode_event(struct buf *out, enum vici_packet_type type, const char *event,
			struct err *err)
{
	return vici_encode(out, &(struct vici_packet){ .type = type, .name = event }, err);
}

static int encode_request(struct buf *out, const struct vici_request *request, struct err *err)
{
	struct vici_packet packet = { VICI_CMD_REQUEST, request->command, request->message };

	if (request->stream && encode_event(out, VICI_EVENT_REGISTER, request->stream, err) < 0)
		return -1;
	if (vici_encode(out, &packet, err) < 0)
		return err_wrap(err, "%s", request->command);
	if (request->stream && encode_event(out, VICI_EVENT_UNREGISTER, request->stream, err) < 0)
		return -1;
	return 0;
}

int vici_request(struct vici *vici, const struct vici_request *request, uint64_t now_ms,
		 struct err *err)
{
	cleanup_buf struct buf bytes = BUF_INIT;
	struct pending *pending;

	if (may_queue(vici, err) < 0)
		return -1;
	if (request->stream && listener_find(vici, request->stream))
		return err_set(err, ERR_INTERNAL, "event \"%s\" is listened for already",
			       request->stream);
	if (encode_request(&bytes, request, err) < 0 || queue_bytes(vici, &bytes, err) < 0)
		return -1;
	pending = mem_alloc(sizeof(*pending));
	*pending = (struct pending){
		.state = request->stream ? AWAITS_REGISTER : AWAITS_RESPONSE,
		.deadline = deadline_after(now_ms, request->timeout_ms),
		.command = mem_strdup(request->command),
		.stream = request->stream ? mem_strdup(request->stream) : NULL,
		.on_event = request->on_event,
		.on_done = request->on_done,
		.user = request->user,
	};
	pending_append(vici, pending);
	return 0;
}

static bool is_claimed(const struct vici *vici, const char *event)
{
	for (const struct pending *p = vici->first; p; p = p->next) {
		if (p->stream && !strcmp(p->stream, event))
			return true;
	}
	return listener_find(vici, event);
}

static struct listener *listener_add(struct vici *vici, const char *event)
{
	struct listener *listener = mem_alloc(sizeof(*listener));

	listener->event = mem_strdup(event);
	listener->state = VICI_LISTEN_PENDING;
	listener->next = vici->listeners;
	vici->listeners = listener;
	return listener;
}

int vici_listen(struct vici *vici, const char *event, vici_event_fn on_event, void *user,
		uint64_t now_ms, unsigned timeout_ms, struct err *err)
{
	cleanup_buf struct buf bytes = BUF_INIT;
	struct pending *pending;

	if (may_queue(vici, err) < 0)
		return -1;
	if (is_claimed(vici, event))
		return err_set(err, ERR_INTERNAL, "event \"%s\" is registered already", event);
	if (encode_event(&bytes, VICI_EVENT_REGISTER, event, err) < 0 ||
	    queue_bytes(vici, &bytes, err) < 0)
		return -1;
	pending = mem_alloc(sizeof(*pending));
	pending->state = AWAITS_REGISTER;
	pending->deadline = deadline_after(now_ms, timeout_ms);
	pending->listener = listener_add(vici, event);
	pending->listener->on_event = on_event;
	pending->listener->user = user;
	pending_append(vici, pending);
	return 0;
}

enum vici_listen_state vici_listening(const struct vici *vici, const char *event)
{
	const struct listener *listener = listener_find(vici, event);

	return listener ? listener->state : VICI_LISTEN_NONE;
}

int vici_success(const struct tree *response, struct err *err)
{
	char text[512];
	size_t len = 0;

	if (!tree_get(response, "success") || !strcmp(tree_text(response, "success", ""), "yes"))
		return 0;
	for (const char *c = tree_text(response, "errmsg", "no reason given");
	     *c && len < sizeof(text) - 1; c++)
		text[len++] = *c >= 0x20 && *c <= 0x7e ? *c : '?';
	text[len] = '\0';
	return err_set(err, ERR_FAILED, "charon refused: %s", text);
}
