/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/control.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/bans.h"
#include "daemon/kick.h"
#include "daemon/listener.h"
#include "daemon/loop.h"
#include "daemon/request.h"
#include "daemon/shutdown.h"
#include "daemon/status.h"
#include "daemon/transaction.h"
#include "drive/local.h"
#include "drive/login.h"

#define CLIENTS_MAX 64 /* as many again for root, whom nobody shall keep out */
#define GROUP       "l2tpgw"
#define BACKLOG_MAX (32u << 20) /* bytes of progress that a client has not read yet */
#define CLIENT_MS   30000       /* a client that neither asks nor reads for so long is dropped */

/* What a client waits for; meanwhile it is asked for nothing and has all the time. */
enum client_wait { WAIT_NOT, WAIT_DOWN, WAIT_FINISH };

struct client {
	struct client *next;
	uint64_t id; /* never used twice */
	struct control *control;
	struct local_peer peer;
	int fd;
	sd_event_source *source;
	struct loop_timer timer;
	struct buf in, out;
	size_t searched; /* of `in`: bytes that hold no end of a line */
	enum client_wait wait;
};

struct control {
	struct gateway *gateway;
	struct listener listener;
	struct client *list;
	unsigned count;
	uint64_t last_id;
};

static void client_close(struct client *client)
{
	struct client **at = &client->control->list;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	client->control->count--;
	loop_unwatch(&client->source);
	loop_timer_free(&client->timer);
	(void)close(client->fd);
	buf_free(&client->in);
	buf_free(&client->out);
	free(client);
}

static void client_answer(struct client *client, json_t *result, const struct err *err)
{
	client->wait = WAIT_NOT;
	request_reply(&client->out, result, err);
	(void)sd_event_source_set_io_events(client->source, EPOLLOUT);
	loop_timer_in(&client->timer, CLIENT_MS);
}

static void client_wait(struct client *client, enum client_wait wait)
{
	client->wait = wait;
	loop_timer_at(&client->timer, UINT64_MAX);
}

/* ---- verbs: each answers, or lets the client wait for somebody who does ---- */

static void do_status(struct client *client, struct request *request)
{
	const struct err none = { .code = ERR_NONE };

	(void)request;
	client_answer(client, status_json(client->control->gateway), &none);
}

static void do_sessions(struct client *client, struct request *request)
{
	const char *id = *request->id ? request->id : NULL;
	json_t *result = status_sessions(client->control->gateway, id);
	struct err err = { .code = ERR_NONE };

	if (!result)
		(void)err_set(&err, ERR_FAILED,
			      "there is no session \"%s\"; l2tpgw sessions lists them",
			      request->id);
	client_answer(client, result, &err);
}

static void do_transaction(struct client *client, struct request *request)
{
	struct err err = { .code = ERR_NONE };
	char who[LOGIN_WHO_MAX];

	client_wait(client, WAIT_FINISH);
	if (transaction_request(client->control->gateway, request,
				login_who(client->peer.pid, client->peer.uid, who), client->id,
				&err) < 0)
		client_answer(client, NULL, &err);
}

static void do_kick(struct client *client, struct request *request)
{
	struct err err = { .code = ERR_NONE };

	client_wait(client, WAIT_FINISH);
	if (kick_begin(client->control->gateway, request->target, request->ban, client->id, &err) <
	    0)
		client_answer(client, NULL, &err);
}

static void do_bans(struct client *client, struct request *request)
{
	const struct err none = { .code = ERR_NONE };

	(void)request;
	client_answer(client, bans_json(client->control->gateway), &none);
}

static void do_lift(struct client *client, struct request *request)
{
	struct gateway *gateway = client->control->gateway;
	struct err err = { .code = ERR_NONE };
	json_t *result = NULL;

	if (bans_lift(gateway, request->target, &err) == 0)
		result = bans_json(gateway);
	client_answer(client, result, &err);
}

/* Answered by control_down_done(). */
static void do_down(struct client *client, struct request *request)
{
	(void)request;
	client_wait(client, WAIT_DOWN);
	shutdown_begin(client->control->gateway);
}

typedef void verb_fn(struct client *client, struct request *request);

static verb_fn *const verbs[REQUEST_VERBS] = {
	[REQUEST_STATUS] = do_status,
	[REQUEST_SESSIONS] = do_sessions,
	[REQUEST_PLAN] = do_transaction,
	[REQUEST_APPLY] = do_transaction,
	[REQUEST_ROLLBACK] = do_transaction,
	[REQUEST_CONFIRM] = do_transaction,
	[REQUEST_DOWN] = do_down,
	[REQUEST_KICK] = do_kick,
	[REQUEST_BANS] = do_bans,
	[REQUEST_LIFT] = do_lift,
};

static void serve_line(struct client *client, const char *line, size_t len)
{
	cleanup_request struct request request = { .policy = NULL };
	struct err err = { .code = ERR_NONE };

	if (request_parse(line, len, &request, &err) == 0) {
		if (client->peer.uid == 0 || !request_for_root(request.verb)) {
			verbs[request.verb](client, &request);
			return;
		}
		(void)err_set(&err, ERR_PERMISSION, "only root may do that");
	}
	client_answer(client, NULL, &err);
}

/* ---- the connection ---- */

/* Whether a whole line has come. Nothing is looked at twice: a policy comes in many pieces. */
static bool has_line(struct client *client, size_t *len)
{
	const char *end = NULL;

	if (client->in.len > client->searched)
		end = memchr(client->in.data + client->searched, '\n',
			     client->in.len - client->searched);
	client->searched = end ? (size_t)(end - client->in.data) : client->in.len;
	*len = client->searched;
	return end;
}

/*
 * One line a turn of the loop, and none before the last answer is gone: neither who asks without
 * end nor who never reads keeps others waiting or fills our memory.
 */
static int client_serve(struct client *client, struct err *err)
{
	size_t len;

	if (has_line(client, &len)) {
		serve_line(client, client->in.data, len);
		buf_consume(&client->in, len + 1);
		client->searched = 0;
	}
	return local_flush(client->fd, &client->out, err) == -1 ? -1 : 0;
}

static int client_read(struct client *client, struct err *err)
{
	size_t max = client->peer.uid ? REQUEST_BYTES_MAX : REQUEST_ROOT_BYTES_MAX, len;
	ssize_t n;

	if (has_line(client, &len))
		return 0;
	n = local_read(client->fd, &client->in, max, err);
	return n < 0 && n != LOCAL_AGAIN ? -1 : 0;
}

/* Who waits is not read from: only that he hung up is noticed. */
static uint32_t client_events(struct client *client)
{
	size_t len;

	if (client->out.len)
		return EPOLLOUT;
	if (client->wait != WAIT_NOT)
		return 0;
	return has_line(client, &len) ? EPOLLOUT : EPOLLIN;
}

/* 0; -1 = the connection is done with. */
static int client_talk(struct client *client)
{
	struct err err = { .code = ERR_NONE };
	int result = local_flush(client->fd, &client->out, &err);

	if (result == 0 && client->wait == WAIT_NOT)
		result = client_read(client, &err) < 0 ? -1 : client_serve(client, &err);
	if (result == -1)
		return -1;
	(void)sd_event_source_set_io_events(client->source, client_events(client));
	return 0;
}

static int client_ready(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct client *client = user;
	struct gateway *gateway = client->control->gateway;
	bool gone = client->wait != WAIT_NOT && (revents & (EPOLLHUP | EPOLLERR));

	(void)source;
	(void)fd;
	if (client->wait == WAIT_NOT)
		loop_timer_in(&client->timer, CLIENT_MS);
	if (gone || client_talk(client) < 0)
		client_close(client);
	gateway_settle(gateway);
	return 0;
}

static void client_late(void *user)
{
	client_close(user);
}

static void client_accepted(void *user, int fd, const struct local_peer *peer)
{
	struct control *control = user;
	struct client *client;

	if (control->count >= (peer->uid ? CLIENTS_MAX : 2 * CLIENTS_MAX)) {
		(void)close(fd);
		return;
	}
	client = mem_alloc(sizeof(*client));
	client->control = control;
	client->id = ++control->last_id;
	client->peer = *peer;
	client->fd = fd;
	client->next = control->list;
	control->list = client;
	control->count++;
	loop_timer_init(&client->timer, control->gateway->loop, client_late, client);
	loop_timer_in(&client->timer, CLIENT_MS);
	client->source = loop_watch(control->gateway->loop, fd, EPOLLIN, client_ready, client);
}

int control_open(struct gateway *gateway, struct err *err)
{
	const struct listener_place place = { gateway->paths.control, SOCK_STREAM, 0660, GROUP };
	struct control *control = mem_alloc(sizeof(*control));

	control->gateway = gateway;
	if (listener_open(&control->listener, gateway->loop, &place, "control socket",
			  client_accepted, control, err) < 0) {
		free(control);
		return -1;
	}
	gateway->control = control;
	return 0;
}

void control_put_back(struct control *control)
{
	listener_put_back(&control->listener);
}

void control_close(struct control *control)
{
	if (!control)
		return;
	while (control->list)
		client_close(control->list);
	listener_close(&control->listener);
	free(control);
}

static struct client *find_client(const struct control *control, uint64_t id)
{
	struct client *client = control->list;

	while (client && client->id != id)
		client = client->next;
	return client;
}

void control_progress(struct control *control, uint64_t id, json_t *progress)
{
	struct client *client = find_client(control, id);

	if (!client || client->out.len > BACKLOG_MAX) {
		json_decref(progress);
		return;
	}
	request_progress(&client->out, progress);
	(void)sd_event_source_set_io_events(client->source, EPOLLOUT);
}

void control_finish(struct control *control, uint64_t id, json_t *result, const struct err *err)
{
	struct client *client = find_client(control, id);

	if (client)
		client_answer(client, result, err);
	else
		json_decref(result);
}

void control_down_done(struct control *control, const struct err *err)
{
	struct err ignored = { .code = ERR_NONE };

	for (struct client *client = control->list; client; client = client->next) {
		json_t *result = NULL;

		if (client->wait != WAIT_DOWN)
			continue;
		if (err->code == ERR_NONE)
			result = json_pack("{s:s, s:b}", "schema", "l2tpgw.down/1", "down", 1);
		client_answer(client, result, err);
		(void)local_flush(client->fd, &client->out, &ignored);
	}
}
