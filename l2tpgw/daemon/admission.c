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
#include "daemon/acls.h"
#include "daemon/listener.h"
#include "daemon/loop.h"
#include "daemon/message.h"
#include "daemon/pppds.h"
#include "daemon/radius_login.h"
#include "daemon/workers.h"
#include "drive/l2tp_socket.h"
#include "drive/local.h"

#define CONNECTIONS_MAX FABRIC_SLOTS /* everybody dials at once */
#define WAIT_MS         5000         /* for charon to tell of the SA, or an older session to go */

struct connection {
	struct connection *next;
	struct admission *admission;
	struct local_peer peer;
	int fd;
	sd_event_source *source;
	bool waiting; /* an admit has no answer yet */
	struct fields fields;
	struct message admit; /* its texts are those of `fields` */
	struct loop_timer timer;
	struct radius_login radius;
	bool asked; /* a RADIUS server: `radius` has what it said */
};

struct admission {
	struct gateway *gateway;
	struct listener listener;
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
	radius_login_cancel(&connection->radius);
	(void)close(connection->fd);
	fields_wipe(&connection->fields);
	free(connection);
}

static void answer_denied(struct fields *answer, const char *reason)
{
	fields_put(answer, MSG_TYPE, MSG_DENIED);
	fields_put(answer, MSG_REASON, reason);
}

/* pppd itself tells a client one resolver twice. */
static void put_dns(struct fields *answer, const struct session_terms *terms)
{
	char address[IP4_TEXT_MAX];

	if (!terms->dns_count)
		return;
	fields_put(answer, MSG_DNS1, ip4_text(terms->dns[0], address));
	fields_put(answer, MSG_DNS2, ip4_text(terms->dns[terms->dns_count - 1], address));
}

static void answer_admitted(struct fields *answer, const struct session_answer *admitted)
{
	char address[IP4_TEXT_MAX];

	fields_put(answer, MSG_TYPE, MSG_ADMITTED);
	fields_put(answer, MSG_MESSAGE, admitted->message);
	fields_put(answer, MSG_ADDRESS, ip4_text(admitted->address, address));
	put_dns(answer, &admitted->session->terms);
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

/* What the session may do is in the kernel before its client knows that it is in. */
static void answer(struct connection *connection, const struct session_answer *admitted)
{
	struct gateway *gateway = connection->admission->gateway;
	uint32_t slot = admitted->session->slot;
	struct fields reply;

	fields_init(&reply);
	answer_admitted(&reply, admitted);
	connection->waiting = false;
	(void)gateway_perform(gateway);
	if (!acls_hold(gateway->acls, slot)) {
		session_close(gateway->sessions, gateway_now(), slot, SESSION_RULES_FAILED);
		fields_wipe(&reply);
		fields_init(&reply);
		answer_denied(&reply, session_reason_text(SESSION_RULES_FAILED));
	}
	send_answer(connection, &reply);
}

static struct session_request request_of(const struct connection *connection)
{
	const struct gateway *gateway = connection->admission->gateway;
	const struct message *message = &connection->admit;

	return (struct session_request){
		.vip = message->vip,
		.pppd = message->pppd,
		.worker = workers_by_pid(gateway->workers, (pid_t)message->parent),
		.tunnel = message->tunnel,
		.call = message->call,
		.user = message->user,
		.auth = message->protocol,
		.ifname = message->ifname,
		.proof = &message->proof,
		.radius = connection->asked ? &connection->radius.said : NULL,
	};
}

static void ask_radius(struct connection *connection);

/* Asks the session table; `last` means that there is no more time to wait. */
static void admit(struct connection *connection, bool last)
{
	struct gateway *gateway = connection->admission->gateway;
	const struct session_request request = request_of(connection);
	struct session_answer said = { .denial = SESSION_DENY_NONE };
	struct fields reply;

	switch (session_admit(gateway->sessions, gateway_now(), &request, last, &said)) {
	case SESSION_ADMIT:
		answer(connection, &said);
		break;
	case SESSION_DENY:
		fields_init(&reply);
		answer_denied(&reply, session_denial_text(said.denial));
		send_answer(connection, &reply);
		break;
	case SESSION_ASK:
		ask_radius(connection);
		break;
	case SESSION_WAIT:
		break;
	}
}

/* The time that the server takes is not that of an older session in the way. */
static void radius_said(void *user)
{
	struct connection *connection = user;

	connection->asked = true;
	loop_timer_in(&connection->timer, WAIT_MS);
	admit(connection, false);
}

static void ask_radius(struct connection *connection)
{
	const struct session_request request = request_of(connection);

	if (connection->radius.asking)
		return;
	loop_timer_at(&connection->timer, UINT64_MAX);
	if (!radius_login_ask(&connection->radius, &request))
		radius_said(connection);
}

static void admit_timeout(void *user)
{
	struct connection *connection = user;
	struct gateway *gateway = connection->admission->gateway;

	if (connection->waiting)
		admit(connection, true);
	gateway_settle(gateway);
}

static void log_malformed(const struct connection *connection)
{
	log_warning("a malformed message from pid %d is ignored", (int)connection->peer.pid);
}

/* One whose end would not be seen is not let in: its address would never be free again. */
static void on_admit(struct connection *connection, const struct fields *fields,
		     const struct message *message)
{
	struct gateway *gateway = connection->admission->gateway;
	struct fields reply;

	if (connection->waiting)
		return;
	fields_init(&reply);
	if (!pppds_watch(gateway->pppds, message->pppd)) {
		log_warning("pppd %u cannot be watched: not admitted", message->pppd.pid);
		answer_denied(&reply, "its pppd cannot be watched");
		send_answer(connection, &reply);
		return;
	}
	connection->fields = *fields;
	(void)message_read(&connection->fields, &connection->admit);
	connection->waiting = true;
	connection->asked = false;
	loop_timer_in(&connection->timer, WAIT_MS);
	admit(connection, false);
}

/*
 * Of two tunnels with one id the newer has no link in the kernel, and as long as it is there xl2tpd
 * takes what the older one's client acknowledges for its own, until it gives that one up.
 */
static bool end_if_taken(const struct gateway *gateway, const struct message *message,
			 unsigned worker)
{
	uint32_t slot = message->vip - FABRIC_VIP_NET;
	const struct session *other = session_by_tunnel(gateway->sessions, message->tunnel, slot);

	if (!other)
		return false;
	log_warning(
	    "xl2tpd-%u gave slot %u the tunnel id of slot %u: the new tunnel is closed, its "
	    "client has to dial again",
	    worker, slot, other->slot);
	workers_close_tunnel(gateway->workers, worker, message->tunnel, slot);
	return true;
}

/* If the client has dialed anew from where it was, its packets must not end up in the old tunnel.
 */
static void on_start(const struct gateway *gateway, const struct message *message)
{
	unsigned worker = workers_by_pid(gateway->workers, (pid_t)message->parent);
	struct err err = { .code = ERR_NONE };
	int retired;

	if (!message->tunnel || !worker || end_if_taken(gateway, message, worker))
		return;
	retired = l2tp_socket_retire((pid_t)message->parent, message->vip, message->tunnel, &err);
	if (retired < 0)
		log_warning("%s", err.text);
	else if (retired)
		log_info("slot %u dials anew: its older tunnel is cut off",
			 message->vip - FABRIC_VIP_NET);
}

static void on_up(const struct gateway *gateway, const struct message *message)
{
	const struct session_link link = {
		.pppd = message->pppd,
		.ifname = message->ifname,
		.address = message->address,
		.mtu = message->mtu,
	};

	session_ppp_up(gateway->sessions, gateway_now(), &link);
}

/* pppd's exit status 11: "the peer failed to authenticate itself". */
static bool would_not_authenticate(const struct message *message)
{
	return !message->authenticated && !message->user && message->status == 11;
}

static void on_down(const struct gateway *gateway, const struct message *message)
{
	const struct session_end end = message_end(message);

	if (would_not_authenticate(message))
		session_no_proof(gateway->sessions, message->vip, NULL, NULL);
	session_ppp_down(gateway->sessions, gateway_now(), &end);
}

static void dispatch(struct connection *connection, const struct fields *fields)
{
	const struct gateway *gateway = connection->admission->gateway;
	struct message message;

	/* Whoever speaks speaks of himself. */
	if (!message_read(fields, &message) || (pid_t)message.pppd.pid != connection->peer.pid) {
		log_malformed(connection);
		return;
	}
	switch (message.kind) {
	case MESSAGE_START:
		on_start(gateway, &message);
		break;
	case MESSAGE_ADMIT:
		on_admit(connection, fields, &message);
		break;
	case MESSAGE_REFUSED:
		session_no_proof(gateway->sessions, message.vip, message.user, message.protocol);
		break;
	case MESSAGE_UP:
		on_up(gateway, &message);
		break;
	case MESSAGE_DOWN:
		on_down(gateway, &message);
		break;
	}
}

static int connection_readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct connection *connection = user;
	struct gateway *gateway = connection->admission->gateway;
	struct err err = { .code = ERR_NONE };
	char data[FIELDS_MAX];
	struct fields fields;
	ssize_t len = local_receive(fd, data, sizeof(data), &err);

	(void)source;
	(void)revents;
	if (len == LOCAL_AGAIN)
		return 0;
	if (len < 0) {
		connection_close(connection);
		return 0;
	}
	if (fields_decode(&fields, data, (size_t)len))
		dispatch(connection, &fields);
	else
		log_malformed(connection);
	gateway_settle(gateway);
	return 0;
}

static void connection_accepted(void *user, int fd, const struct local_peer *peer)
{
	struct admission *admission = user;
	struct connection *connection;

	if (peer->uid != 0 || admission->count >= CONNECTIONS_MAX) {
		(void)close(fd);
		return;
	}
	connection = mem_alloc(sizeof(*connection));
	connection->admission = admission;
	connection->peer = *peer;
	connection->fd = fd;
	connection->radius = (struct radius_login){ .gateway = admission->gateway,
						    .on_done = radius_said,
						    .user = connection };
	connection->next = admission->list;
	admission->list = connection;
	admission->count++;
	loop_timer_init(&connection->timer, admission->gateway->loop, admit_timeout, connection);
	connection->source =
	    loop_watch(admission->gateway->loop, fd, EPOLLIN, connection_readable, connection);
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
	const struct listener_place place = { gateway->paths.admission, SOCK_SEQPACKET, 0600,
					      NULL };
	struct admission *admission = mem_alloc(sizeof(*admission));

	admission->gateway = gateway;
	if (listener_open(&admission->listener, gateway->loop, &place, "admission socket",
			  connection_accepted, admission, err) < 0) {
		free(admission);
		return -1;
	}
	gateway->admission = admission;
	return 0;
}

void admission_put_back(struct admission *admission)
{
	listener_put_back(&admission->listener);
}

void admission_close(struct admission *admission)
{
	if (!admission)
		return;
	while (admission->list)
		connection_close(admission->list);
	listener_close(&admission->listener);
	free(admission);
}
