/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/admission.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/ip4.h"
#include "base/log.h"
#include "base/messages.h"
#include "daemon/loop.h"
#include "daemon/pppds.h"
#include "daemon/workers.h"
#include "drive/local.h"

#define CONNECTIONS_MAX 512
#define WAIT_MS         2000 /* for an older session in the way; the plugin waits longer */

struct connection {
	struct connection *next;
	struct admission *admission;
	struct local_peer peer;
	int fd;
	sd_event_source *source;
	bool waiting; /* an admit has no answer yet */
	struct fields admit;
	struct loop_timer timer;
};

struct admission {
	struct gateway *gateway;
	int listener;
	sd_event_source *source;
	struct connection *list;
	unsigned count;
};

static void connection_close(struct connection *connection)
{
	struct connection **at = &connection->admission->list;

	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
	connection->admission->count--;
	loop_unwatch(&connection->source);
	loop_timer_free(&connection->timer);
	(void)close(connection->fd);
	fields_wipe(&connection->admit);
	free(connection);
}

static uint32_t message_u32(const struct fields *message, const char *name)
{
	uint64_t value = 0;

	(void)fields_number(message, name, UINT32_MAX, &value);
	return (uint32_t)value;
}

static uint32_t message_address(const struct fields *message, const char *name)
{
	const char *text = fields_get(message, name);
	uint32_t address = 0;

	return text && ip4_parse(text, &address) ? address : 0;
}

static struct session_pid message_pppd(const struct fields *message)
{
	struct session_pid pppd = { message_u32(message, MSG_PID), 0 };

	(void)fields_number(message, MSG_STARTTIME, UINT64_MAX, &pppd.start);
	return pppd;
}

static void answer_denied(struct fields *answer, const char *reason)
{
	fields_put(answer, MSG_TYPE, MSG_DENIED);
	fields_put(answer, MSG_REASON, reason);
}

static void answer_admitted(struct fields *answer, const struct session_answer *admitted)
{
	char address[IP4_TEXT_MAX];

	fields_put(answer, MSG_TYPE, MSG_ADMITTED);
	fields_put(answer, MSG_SECRET, admitted->password);
	fields_put(answer, MSG_ADDRESS, ip4_text(admitted->address, address));
}

static void send_answer(struct connection *connection, struct fields *answer)
{
	struct err err = { .code = ERR_NONE };

	if (answer->failed || local_send(connection->fd, answer->data, answer->len, &err) != 0)
		log_warning("pppd %d cannot be answered", (int)connection->peer.pid);
	fields_wipe(answer);
	connection->waiting = false;
	loop_timer_at(&connection->timer, UINT64_MAX);
}

/* Asks the session table; `last` means that there is no more time to wait. */
static void admit(struct connection *connection, bool last)
{
	struct gateway *gateway = connection->admission->gateway;
	const struct fields *message = &connection->admit;
	const struct session_request request = {
		.vip = message_address(message, MSG_VIP),
		.pppd = message_pppd(message),
		.worker = workers_by_pid(gateway->workers, (pid_t)message_u32(message, MSG_PARENT)),
		.tunnel = message_u32(message, MSG_TUNNEL),
		.call = message_u32(message, MSG_SESSION),
		.user = fields_get(message, MSG_USER),
		.auth = fields_get(message, MSG_PROTOCOL),
	};
	struct session_answer answer = { .denial = SESSION_DENY_NONE };
	struct fields reply;

	fields_init(&reply);
	switch (session_admit(gateway->sessions, gateway_now(), &request, last, &answer)) {
	case SESSION_ADMIT:
		answer_admitted(&reply, &answer);
		send_answer(connection, &reply);
		break;
	case SESSION_DENY:
		answer_denied(&reply, session_denial_text(answer.denial));
		send_answer(connection, &reply);
		break;
	case SESSION_WAIT:
		break;
	}
}

static void admit_timeout(void *user)
{
	struct connection *connection = user;
	struct gateway *gateway = connection->admission->gateway;

	if (connection->waiting)
		admit(connection, true);
	gateway_settle(gateway);
}

static void on_admit(struct connection *connection, const struct fields *message)
{
	struct gateway *gateway = connection->admission->gateway;

	if (connection->waiting || !fields_get(message, MSG_USER) ||
	    !fields_get(message, MSG_PROTOCOL))
		return;
	connection->admit = *message;
	connection->waiting = true;
	(void)pppds_watch(gateway->pppds, message_pppd(message));
	loop_timer_in(&connection->timer, WAIT_MS);
	admit(connection, false);
}

static void on_login(struct connection *connection, const struct fields *message)
{
	struct gateway *gateway = connection->admission->gateway;
	const char *result = fields_get(message, MSG_RESULT);
	const char *reason = fields_get(message, MSG_REASON);
	const char *user = fields_get(message, MSG_USER);
	const char *protocol = fields_get(message, MSG_PROTOCOL);

	if (result && !strcmp(result, MSG_RESULT_OK)) {
		session_login_passed(gateway->sessions, gateway_now(), message_pppd(message));
		return;
	}
	if (reason && !strcmp(reason, MSG_REASON_PROTOCOL))
		log_notice("refused %s: it insists on %s, only MS-CHAPv2 is admitted",
			   user ? user : "a client", protocol ? protocol : "another protocol");
	session_login_failed(gateway->sessions, gateway_now(), message_pppd(message));
}

static void on_up(struct connection *connection, const struct fields *message)
{
	struct gateway *gateway = connection->admission->gateway;
	const struct session_link link = {
		.pppd = message_pppd(message),
		.ifname = fields_get(message, MSG_IFNAME),
		.address = message_address(message, MSG_ADDRESS),
		.mtu = message_u32(message, MSG_MTU),
	};

	if (link.ifname)
		session_ppp_up(gateway->sessions, gateway_now(), &link);
}

/* pppd's exit status 11: "the peer failed to authenticate itself"; before any name was given. */
static void log_unauthenticated(const struct gateway *gateway, const struct fields *message,
				uint32_t status)
{
	uint32_t vip = message_address(message, MSG_VIP);
	const struct session *session = session_by_slot(gateway->sessions, vip - FABRIC_VIP_NET);
	char peer[IP4_TEXT_MAX];

	if (message_u32(message, MSG_AUTHENTICATED) || fields_get(message, MSG_USER) ||
	    status != 11)
		return;
	log_notice("refused %s: it would not authenticate with MS-CHAPv2",
		   ip4_text(session ? session->ike.remote : vip, peer));
}

static void on_down(struct connection *connection, const struct fields *message)
{
	struct gateway *gateway = connection->admission->gateway;
	struct session_end end = { .pppd = message_pppd(message),
				   .how = SESSION_EXITED,
				   .code = (int)message_u32(message, MSG_STATUS) };

	end.counted = fields_number(message, MSG_RX, UINT64_MAX, &end.rx_bytes) &&
		      fields_number(message, MSG_TX, UINT64_MAX, &end.tx_bytes);
	log_unauthenticated(gateway, message, (uint32_t)end.code);
	session_ppp_down(gateway->sessions, gateway_now(), &end);
}

static const struct {
	const char *type;
	void (*handle)(struct connection *connection, const struct fields *message);
} handlers[] = {
	{ MSG_ADMIT, on_admit },
	{ MSG_LOGIN, on_login },
	{ MSG_UP, on_up },
	{ MSG_DOWN, on_down },
};

static void dispatch(struct connection *connection, const struct fields *message)
{
	const char *type = fields_get(message, MSG_TYPE);
	struct session_pid pppd = message_pppd(message);

	if (!type || (pid_t)pppd.pid != connection->peer.pid) {
		log_warning("a malformed message from pid %d is ignored",
			    (int)connection->peer.pid);
		return;
	}
	for (size_t i = 0; i < array_size(handlers); i++) {
		if (!strcmp(handlers[i].type, type))
			handlers[i].handle(connection, message);
	}
}

static int connection_readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct connection *connection = user;
	struct gateway *gateway = connection->admission->gateway;
	struct err err = { .code = ERR_NONE };
	char data[FIELDS_MAX];
	struct fields message;
	ssize_t len = local_receive(fd, data, sizeof(data), &err);

	(void)source;
	(void)revents;
	if (len == LOCAL_AGAIN)
		return 0;
	if (len < 0) {
		connection_close(connection);
		return 0;
	}
	if (fields_decode(&message, data, (size_t)len))
		dispatch(connection, &message);
	else
		log_warning("a malformed message from pid %d is ignored",
			    (int)connection->peer.pid);
	fields_wipe(&message);
	gateway_settle(gateway);
	return 0;
}

static int connection_accepted(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct admission *admission = user;
	struct err err = { .code = ERR_NONE };
	struct local_peer peer;
	struct connection *connection;
	int client = local_accept(fd, &peer, &err);

	(void)source;
	(void)revents;
	if (client < 0)
		return 0;
	if (peer.uid != 0 || admission->count >= CONNECTIONS_MAX) {
		(void)close(client);
		return 0;
	}
	connection = mem_alloc(sizeof(*connection));
	connection->admission = admission;
	connection->peer = peer;
	connection->fd = client;
	connection->next = admission->list;
	admission->list = connection;
	admission->count++;
	loop_timer_init(&connection->timer, admission->gateway->loop, admit_timeout, connection);
	connection->source =
	    loop_watch(admission->gateway->loop, client, EPOLLIN, connection_readable, connection);
	return 0;
}

void admission_retry(struct admission *admission)
{
	for (struct connection *c = admission->list; c; c = c->next) {
		if (c->waiting)
			admit(c, false);
	}
}

int admission_open(struct gateway *gateway, struct err *err)
{
	struct admission *admission;
	int listener = local_listen(gateway->paths.admission, SOCK_SEQPACKET, 0600, NULL, err);

	if (listener < 0)
		return -1;
	admission = mem_alloc(sizeof(*admission));
	admission->gateway = gateway;
	admission->listener = listener;
	admission->source =
	    loop_watch(gateway->loop, listener, EPOLLIN, connection_accepted, admission);
	gateway->admission = admission;
	return 0;
}

void admission_close(struct admission *admission)
{
	if (!admission)
		return;
	while (admission->list)
		connection_close(admission->list);
	loop_unwatch(&admission->source);
	(void)close(admission->listener);
	free(admission);
}
