/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/control.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/loop.h"
#include "daemon/shutdown.h"
#include "daemon/status.h"
#include "drive/local.h"

#define CLIENTS_MAX 64
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

static json_t *do_status(struct client *client, const json_t *request, struct err *err)
{
	(void)request;
	(void)err;
	return status_json(client->control->gateway);
}

static json_t *do_sessions(struct client *client, const json_t *request, struct err *err)
{
	const char *id = json_string_value(json_object_get(request, "id"));
	json_t *result = status_sessions(client->control->gateway, id);

	if (!result)
		(void)err_set(err, ERR_FAILED,
			      "there is no session \"%s\"; l2tpgw sessions lists "
			      "them",
			      id);
	return result;
}

static json_t *do_apply(struct client *client, const json_t *request, struct err *err)
{
	size_t changes = 0;

	(void)request;
	if (gateway_apply(client->control->gateway, &changes, err) < 0)
		return NULL;
	return json_pack("{s:s, s:i}", "schema", "l2tpgw.apply/1", "changes", (int)changes);
}

static json_t *do_down(struct client *client, const json_t *request, struct err *err)
{
	(void)request;
	(void)err;
	client->waits_for_down = true;
	loop_timer_at(&client->timer, UINT64_MAX);
	shutdown_begin(client->control->gateway);
	return NULL;
}

static const struct {
	const char *verb;
	bool root_only;
	json_t *(*run)(struct client *client, const json_t *request, struct err *err);
} verbs[] = {
	{ "status", false, do_status },
	{ "sessions", false, do_sessions },
	{ "apply", true, do_apply },
	{ "down", true, do_down },
};

static json_t *run(struct client *client, const json_t *request, struct err *err)
{
	const char *verb = json_string_value(json_object_get(request, "verb"));

	for (size_t i = 0; verb && i < array_size(verbs); i++) {
		if (strcmp(verbs[i].verb, verb) != 0)
			continue;
		if (verbs[i].root_only && client->peer.uid != 0) {
			(void)err_set(err, ERR_PERMISSION, "only root may do that");
			return NULL;
		}
		return verbs[i].run(client, request, err);
	}
	(void)err_set(err, ERR_USAGE, "l2tpgwd %s does not know that request", L2TPGW_VERSION);
	return NULL;
}

static void reply(struct client *client, json_t *result, const struct err *err)
{
	json_t *line = result ? json_pack("{s:o}", "ok", result)
			      : json_pack("{s:{s:i, s:s}}", "error", "code", (int)err->code, "text",
					  err->text);
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;

	json_decref(line);
	buf_puts(&client->out, text ? text : "{\"error\":{\"code\":70,\"text\":\"unprintable\"}}");
	buf_putc(&client->out, '\n');
	free(text);
}

static void serve_line(struct client *client, const char *line, size_t len)
{
	struct err err = { .code = ERR_NONE };
	json_error_t syntax;
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &syntax);
	json_t *result = NULL;

	if (json_is_object(request))
		result = run(client, request, &err);
	else
		(void)err_set(&err, ERR_USAGE, "malformed request");
	json_decref(request);
	if (!client->waits_for_down)
		reply(client, result, &err);
}

/* 0; -1 = the connection is done with. */
static int client_serve(struct client *client)
{
	struct err err = { .code = ERR_NONE };
	ssize_t n = local_read(client->fd, &client->in, REQUEST_MAX, &err);
	const char *end;
	int result;

	if (n < 0 && n != LOCAL_AGAIN)
		return -1;
	while (client->in.len && (end = memchr(client->in.data, '\n', client->in.len))) {
		size_t len = (size_t)(end - client->in.data);

		serve_line(client, client->in.data, len);
		buf_consume(&client->in, len + 1);
	}
	result = client->out.len ? local_flush(client->fd, &client->out, &err) : 0;
	if (result == -1)
		return -1;
	(void)sd_event_source_set_io_events(client->source,
					    EPOLLIN | (client->out.len ? EPOLLOUT : 0u));
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
	if (client_serve(client) < 0)
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
	if (control->count >= CLIENTS_MAX) {
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
		reply(client, result, err);
		(void)local_flush(client->fd, &client->out, &ignored);
	}
}
