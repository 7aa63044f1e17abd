/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/control.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/loop.h"
#include "daemon/request.h"
#include "daemon/shutdown.h"
#include "daemon/status.h"
#include "drive/local.h"

#define CLIENTS_MAX 64 /* as many again for root, whom nobody shall keep out */
#define REQUEST_MAX 65536
#define GROUP       "l2tpgw"
#define CLIENT_MS   30000 /* a client that neither asks nor reads for so long is dropped */

struct client {
	struct client *next;
	struct control *control;
	struct local_peer peer;
	int fd;
	sd_event_source *source;
	struct loop_timer timer;
	struct buf in, out;
	bool waits_for_down;
};

struct control {
	struct gateway *gateway;
	int listener;
	sd_event_source *source;
	struct client *list;
	unsigned count;
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

/* ---- verbs: the result, or NULL with *err set ---- */

static json_t *do_status(struct client *client, const struct request *request, struct err *err)
{
	(void)request;
	(void)err;
	return status_json(client->control->gateway);
}

static json_t *do_sessions(struct client *client, const struct request *request, struct err *err)
{
	const char *id = *request->id ? request->id : NULL;
	json_t *result = status_sessions(client->control->gateway, id);

	if (!result)
		(void)err_set(err, ERR_FAILED,
			      "there is no session \"%s\"; l2tpgw sessions lists them",
			      request->id);
	return result;
}

static json_t *do_apply(struct client *client, const struct request *request, struct err *err)
{
	size_t changes = 0;

	(void)request;
	if (gateway_apply(client->control->gateway, &changes, err) < 0)
		return NULL;
	return json_pack("{s:s, s:i}", "schema", "l2tpgw.apply/1", "changes", (int)changes);
}

/* Answered by control_down_done(). */
static json_t *do_down(struct client *client, const struct request *request, struct err *err)
{
	(void)request;
	(void)err;
	client->waits_for_down = true;
	loop_timer_at(&client->timer, UINT64_MAX);
	shutdown_begin(client->control->gateway);
	return NULL;
}

typedef json_t *verb_fn(struct client *client, const struct request *request, struct err *err);

static verb_fn *const verbs[REQUEST_VERBS] = {
	[REQUEST_STATUS] = do_status,
	[REQUEST_SESSIONS] = do_sessions,
	[REQUEST_APPLY] = do_apply,
	[REQUEST_DOWN] = do_down,
};

static void serve_line(struct client *client, const char *line, size_t len)
{
	struct err err = { .code = ERR_NONE };
	struct request request;
	json_t *result = NULL;

	if (request_parse(line, len, &request, &err) == 0) {
		if (client->peer.uid != 0 && request_changes(request.verb))
			(void)err_set(&err, ERR_PERMISSION, "only root may do that");
		else
			result = verbs[request.verb](client, &request, &err);
	}
	if (!client->waits_for_down)
		request_reply(&client->out, result, &err);
}

static const char *end_of_line(const struct client *client)
{
	return client->in.len ? memchr(client->in.data, '\n', client->in.len) : NULL;
}

/*
 * One line a turn of the loop, and none before the last answer is gone: neither who asks without
 * end nor who never reads keeps others waiting or fills our memory.
 */
static int client_serve(struct client *client, struct err *err)
{
	const char *end = end_of_line(client);
	size_t len = end ? (size_t)(end - client->in.data) : 0;

	if (end && !client->waits_for_down) {
		serve_line(client, client->in.data, len);
		buf_consume(&client->in, len + 1);
	}
	return local_flush(client->fd, &client->out, err) == -1 ? -1 : 0;
}

/* 0; -1 = the connection is done with. */
static int client_talk(struct client *client)
{
	struct err err = { .code = ERR_NONE };
	int result = local_flush(client->fd, &client->out, &err);
	bool busy;

	if (result == 0 && !end_of_line(client)) {
		ssize_t n = local_read(client->fd, &client->in, REQUEST_MAX, &err);

		if (n < 0 && n != LOCAL_AGAIN)
			return -1;
	}
	if (result == -1 || (result == 0 && client_serve(client, &err) < 0))
		return -1;
	busy = client->out.len || (end_of_line(client) && !client->waits_for_down);
	(void)sd_event_source_set_io_events(client->source, busy ? EPOLLOUT : EPOLLIN);
	return 0;
}

static int client_ready(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct client *client = user;
	struct gateway *gateway = client->control->gateway;

	(void)source;
	(void)fd;
	(void)revents;
	if (!client->waits_for_down)
		loop_timer_in(&client->timer, CLIENT_MS);
	if (client_talk(client) < 0)
		client_close(client);
	gateway_settle(gateway);
	return 0;
}

static void client_late(void *user)
{
	client_close(user);
}

static int client_accepted(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct control *control = user;
	struct err err = { .code = ERR_NONE };
	struct client *client;
	struct local_peer peer;
	int accepted = local_accept(fd, &peer, &err);

	(void)source;
	(void)revents;
	if (accepted < 0)
		return 0;
	if (control->count >= (peer.uid ? CLIENTS_MAX : 2 * CLIENTS_MAX)) {
		(void)close(accepted);
		return 0;
	}
	client = mem_alloc(sizeof(*client));
	client->control = control;
	client->peer = peer;
	client->fd = accepted;
	client->next = control->list;
	control->list = client;
	control->count++;
	loop_timer_init(&client->timer, control->gateway->loop, client_late, client);
	loop_timer_in(&client->timer, CLIENT_MS);
	client->source =
	    loop_watch(control->gateway->loop, accepted, EPOLLIN, client_ready, client);
	return 0;
}

int control_open(struct gateway *gateway, struct err *err)
{
	struct control *control;
	int listener = local_listen(gateway->paths.control, SOCK_STREAM, 0660, GROUP, err);

	if (listener < 0)
		return -1;
	control = mem_alloc(sizeof(*control));
	control->gateway = gateway;
	control->listener = listener;
	control->source = loop_watch(gateway->loop, listener, EPOLLIN, client_accepted, control);
	gateway->control = control;
	return 0;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	while (control->list)
		client_close(control->list);
	loop_unwatch(&control->source);
	(void)close(control->listener);
	free(control);
}

void control_down_done(struct control *control, const struct err *err)
{
	struct err ignored = { .code = ERR_NONE };

	for (struct client *client = control->list; client; client = client->next) {
		json_t *result = NULL;

		if (!client->waits_for_down)
			continue;
		if (err->code == ERR_NONE)
			result = json_pack("{s:s, s:b}", "schema", "l2tpgw.down/1", "down", 1);
		request_reply(&client->out, result, err);
		(void)local_flush(client->fd, &client->out, &ignored);
	}
}
