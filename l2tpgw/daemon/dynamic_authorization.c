/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/dynamic_authorization.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/ip4.h"
#include "base/log.h"
#include "daemon/loop.h"
#include "daemon/replays.h"
#include "drive/datagram.h"
#include "drive/radius_order.h"

#define WINDOW_SECONDS 300 /* how old, or far ahead, an Event-Timestamp may be */
#define LOG_MS         10000
#define READS_MAX      64
#define RETRY_MS       5000

struct dynamic_authorization {
	struct gateway *gateway;
	int fd; /* -1 = nobody is listened to */
	unsigned port;
	char problem[128]; /* why nobody is listened to though the policy says so; "" = none */
	struct loop_timer retry;
	sd_event_source *source;
	struct replays replays;
	uint64_t ignored_at; /* ms: when it was last told of what was not heard */
};

struct question {
	struct datagram_ends ends;
	struct radius_view view;
	struct radius_secret secret;
	struct radius_order order;
	enum radius_cause cause; /* why not, as far as it is known */
};

/* ---- who asks ---- */

static bool find_secret(const struct policy *policy, struct question *question)
{
	for (size_t i = 0; i < policy->radius.servers_count; i++) {
		const struct policy_radius_server *server = &policy->radius.servers[i];

		if (server->address != question->ends.peer)
			continue;
		question->secret = (struct radius_secret){ server->secret, server->secret_len };
		if (radius_check_request(&question->view, question->secret) != RADIUS_FORGED)
			return true;
	}
	return false;
}

/* Whoever floods us shall not flood the log. */
static void log_ignored(struct dynamic_authorization *dynamic, const struct question *question,
			const char *why)
{
	uint64_t now = loop_ms();
	char text[IP4_TEXT_MAX];

	if (dynamic->ignored_at && now - dynamic->ignored_at < LOG_MS)
		return;
	dynamic->ignored_at = now;
	log_warning("RADIUS: a request of %s to end or change sessions is not heard: %s",
		    ip4_text(question->ends.peer, text), why);
}

/* ---- whom it means ---- */

static bool fits_text(const char *said, const char *is)
{
	return !*said || !strcmp(said, is);
}

static bool is_meant(const struct radius_order *order, const struct session *session)
{
	char peer[IP4_TEXT_MAX];

	return session->state == SESSION_UP && fits_text(order->session, session->id) &&
	       fits_text(order->user, session->user) &&
	       fits_text(order->peer, ip4_text(session->ike.remote, peer)) &&
	       (!order->address || order->address == session->address) &&
	       (!order->has_port || order->port == session->slot);
}

static bool is_for_us(const struct gateway *gateway, const struct radius_order *order)
{
	const struct policy *policy = gateway->policy;
	uint32_t own =
	    policy->radius.nas_address ? policy->radius.nas_address : gateway->host.wan_address;

	return fits_text(order->nas_identifier, policy->radius.nas_identifier) &&
	       (!order->nas_address || order->nas_address == own);
}

/* ---- what it wants ---- */

static enum radius_cause disconnect(struct gateway *gateway, const struct radius_order *order)
{
	unsigned count = 0;

	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++) {
		const struct session *session = session_by_slot(gateway->sessions, slot);

		if (!session || !is_meant(order, session))
			continue;
		session_close(gateway->sessions, gateway_now(), slot, SESSION_RADIUS_ENDED);
		count++;
	}
	return count ? RADIUS_NO_CAUSE : RADIUS_NO_SESSION;
}

/* Why not. Tried on a copy. */
static enum radius_cause check_change(const struct gateway *gateway, const struct session *session,
				      const struct terms_reply *terms)
{
	struct session_terms trial = session->terms;

	if (trial.source != TERMS_RADIUS)
		return RADIUS_PROHIBITED;
	if (!session->pppd.pid || !terms_change(&trial, gateway->policy, terms))
		return RADIUS_INVALID_VALUE;
	return RADIUS_NO_CAUSE;
}

/* All of them, or none at all (RFC 5176, 3). */
static enum radius_cause check_changes(const struct gateway *gateway,
				       const struct radius_order *order,
				       const struct terms_reply *terms)
{
	enum radius_cause cause = RADIUS_NO_SESSION;
	const struct session *session = NULL;

	while ((session = session_iterate(gateway->sessions, session))) {
		if (!is_meant(order, session))
			continue;
		cause = check_change(gateway, session, terms);
		if (cause != RADIUS_NO_CAUSE)
			return cause;
	}
	return cause;
}

static enum radius_cause change(struct gateway *gateway, const struct radius_order *order)
{
	const struct terms_reply terms = {
		.group = order->terms.group,
		.idle_timeout = order->terms.idle_timeout,
		.session_timeout = order->terms.session_timeout,
		.interim = order->terms.interim,
		.rate = { .down = order->terms.down, .up = order->terms.up },
	};
	enum radius_cause cause = check_changes(gateway, order, &terms);
	const struct session *session = NULL;

	if (cause != RADIUS_NO_CAUSE)
		return cause;
	while ((session = session_iterate(gateway->sessions, session))) {
		if (is_meant(order, session))
			(void)session_change(gateway->sessions, session->slot, &terms);
	}
	return RADIUS_NO_CAUSE;
}

/* Without a date a request can be replayed at any time; one that names a session by an id that will
 * never be used again does no harm then. */
static enum radius_cause check_date(const struct gateway *gateway, const struct radius_order *order)
{
	if (order->dated || !gateway->policy->radius.require_event_timestamp ||
	    (order->disconnect && *order->session))
		return RADIUS_NO_CAUSE;
	return RADIUS_MISSING_ATTRIBUTE;
}

static enum radius_cause carry_out(struct gateway *gateway, const struct question *question)
{
	const struct radius_order *order = &question->order;
	enum radius_cause cause = question->cause;

	if (cause == RADIUS_NO_CAUSE && !is_for_us(gateway, order))
		cause = RADIUS_NAS_MISMATCH;
	if (cause == RADIUS_NO_CAUSE)
		cause = check_date(gateway, order);
	if (cause != RADIUS_NO_CAUSE)
		return cause;
	return order->disconnect ? disconnect(gateway, order) : change(gateway, order);
}

/* ---- requests ---- */

static void log_outcome(const struct question *question, enum radius_cause cause)
{
	const struct radius_order *order = &question->order;
	char text[IP4_TEXT_MAX];

	ip4_text(question->ends.peer, text);
	if (cause == RADIUS_NO_CAUSE)
		log_notice("RADIUS server %s %s %s", text, order->disconnect ? "ends" : "changes",
			   *order->session ? order->session : order->user);
	else
		log_notice("RADIUS server %s wants a session %s; refused, Error-Cause %d", text,
			   order->disconnect ? "ended" : "changed", (int)cause);
}

static void make_answer(const struct question *question, enum radius_cause cause,
			struct radius_packet *packet)
{
	radius_order_answer(&question->view, cause, packet);
	radius_finish_reply(packet, question->view.id, question->view.authenticator,
			    question->secret);
}

/* What could not be remembered must not be carried out: it could be replayed. */
static void refuse(struct dynamic_authorization *dynamic, struct question *question)
{
	struct radius_packet packet;

	log_ignored(dynamic, question, "there are too many");
	make_answer(question, RADIUS_NO_RESOURCES, &packet);
	(void)datagram_send(dynamic->fd, packet.data, packet.len, &question->ends);
}

static void answer(struct dynamic_authorization *dynamic, struct question *question)
{
	enum radius_cause cause = carry_out(dynamic->gateway, question);
	struct radius_packet packet;

	log_outcome(question, cause);
	make_answer(question, cause, &packet);
	(void)replays_add(&dynamic->replays, question->ends.peer, question->view.authenticator,
			  &packet, gateway_now().wall);
	(void)datagram_send(dynamic->fd, packet.data, packet.len, &question->ends);
}

/* What was carried out before l2tpgwd began it does not remember: nothing older is heard. */
static bool is_in_time(const struct gateway *gateway, const struct question *question, int64_t now)
{
	const struct radius_order *order = &question->order;

	return !order->dated ||
	       (order->date <= now + WINDOW_SECONDS && order->date >= now - WINDOW_SECONDS &&
		order->date > gateway->started);
}

static void hear(struct dynamic_authorization *dynamic, const void *data, size_t len,
		 const struct datagram_ends *ends)
{
	struct question question = { .ends = *ends };
	int64_t now = gateway_now().wall;
	const struct replay *replay;

	if (!radius_read(&question.view, data, len) ||
	    (question.view.code != RADIUS_DISCONNECT_REQUEST &&
	     question.view.code != RADIUS_COA_REQUEST))
		return;
	if (!find_secret(dynamic->gateway->policy, &question)) {
		log_ignored(dynamic, &question, "it is not, or not provably, of a server of ours");
		return;
	}
	question.cause = radius_order_read(&question.view, &question.order);
	replay = replays_find(&dynamic->replays, ends->peer, question.view.authenticator, now);
	if (replay)
		(void)datagram_send(dynamic->fd, replay->answer, replay->len, ends);
	else if (!is_in_time(dynamic->gateway, &question, now))
		log_ignored(dynamic, &question,
			    "its Event-Timestamp is not of now, or older than l2tpgwd");
	else if (replays_full(&dynamic->replays, now))
		refuse(dynamic, &question);
	else
		answer(dynamic, &question);
}

static int readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct dynamic_authorization *dynamic = user;
	struct datagram_ends ends;
	uint8_t data[RADIUS_PACKET_MAX];

	(void)source;
	(void)revents;
	for (unsigned i = 0; i < READS_MAX; i++) {
		ssize_t len = datagram_receive(fd, data, sizeof(data), &ends);

		if (len < 0)
			break;
		hear(dynamic, data, (size_t)len, &ends);
	}
	gateway_settle(dynamic->gateway);
	return 0;
}

/* ---- the socket ---- */

static void stop(struct dynamic_authorization *dynamic)
{
	loop_unwatch(&dynamic->source);
	if (dynamic->fd >= 0)
		close(dynamic->fd);
	dynamic->fd = -1;
	dynamic->port = 0;
}

/* Somebody else may have it: told once, and tried again. */
static void no_port(struct dynamic_authorization *dynamic, const char *why)
{
	if (strcmp(why, dynamic->problem) != 0)
		log_error("RADIUS servers can end and change nothing: %s", why);
	(void)snprintf(dynamic->problem, sizeof(dynamic->problem), "%s", why);
	loop_timer_in(&dynamic->retry, RETRY_MS);
}

static void follow(void *user)
{
	struct dynamic_authorization *dynamic = user;
	uint16_t port = policy_orders_port(dynamic->gateway->policy);
	struct err err = { .code = ERR_NONE };

	if (port == dynamic->port && !*dynamic->problem)
		return;
	stop(dynamic);
	if (!port) {
		*dynamic->problem = '\0';
		return;
	}
	dynamic->fd = datagram_listen(port, &err);
	if (dynamic->fd < 0) {
		no_port(dynamic, err.text);
		return;
	}
	*dynamic->problem = '\0';
	dynamic->port = port;
	dynamic->source =
	    loop_watch(dynamic->gateway->loop, dynamic->fd, EPOLLIN, readable, dynamic);
}

void dynamic_authorization_follow(struct dynamic_authorization *dynamic)
{
	follow(dynamic);
}

const char *dynamic_authorization_problem(const struct dynamic_authorization *dynamic)
{
	return dynamic->problem;
}

struct dynamic_authorization *dynamic_authorization_new(struct gateway *gateway)
{
	struct dynamic_authorization *dynamic = mem_alloc(sizeof(*dynamic));

	dynamic->gateway = gateway;
	dynamic->fd = -1;
	loop_timer_init(&dynamic->retry, gateway->loop, follow, dynamic);
	return dynamic;
}

void dynamic_authorization_free(struct dynamic_authorization *dynamic)
{
	if (!dynamic)
		return;
	stop(dynamic);
	loop_timer_free(&dynamic->retry);
	replays_free(&dynamic->replays);
	free(dynamic);
}
