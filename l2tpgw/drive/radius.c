/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/radius.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define IDS       256
#define PROBE_MS  2000 /* between two Status-Server requests to a dead server */
#define READS_MAX 256  /* datagrams of a port at a time */
#define NEVER     UINT64_MAX

/* One service of one server. */
struct port {
	struct radius *radius;
	size_t server;
	enum radius_service service;
	int fd; /* connected; -1 = it is not asked for that */
	struct request *by_id[IDS];
	unsigned next_id;
	uint64_t dead_until; /* 0 = it is not */
	uint64_t probe_at;   /* while it is dead */
	uint64_t heard;
	struct radius_health health;
};

struct request {
	struct request *next;
	enum radius_service service;
	bool is_probe;
	unsigned asked;    /* bits: the servers that were tried, or are not to be */
	struct port *port; /* where it is; NULL while it waits for an id */
	uint8_t id;
	unsigned tries; /* sent so often there */
	uint64_t first; /* sent there first */
	uint64_t deadline, give_up;
	radius_done_fn on_done;
	void *user;
	struct radius_packet packet;
};

struct radius {
	struct radius_settings settings;
	int epoll;
	struct port ports[RADIUS_SERVERS_MAX][RADIUS_SERVICES];
	struct request *requests;
};

/* ---- ports ---- */

static struct radius_secret secret_of(const struct port *port)
{
	return port->radius->settings.server[port->server].secret;
}

/*
 * Anew, since our own address towards it may be another one now. A server without a route to it is
 * one that does not answer: the route may come.
 */
static void port_connect(const struct port *port)
{
	const struct radius_server *server = &port->radius->settings.server[port->server];
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_port = htons(server->port[port->service]),
					.sin_addr.s_addr = htonl(server->address) };

	(void)connect(port->fd, &nobody, sizeof(nobody));
	(void)connect(port->fd, (const struct sockaddr *)&to, sizeof(to));
}

static int port_open(struct port *port, struct err *err)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = port };

	port->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (port->fd < 0)
		return err_errno(err, errno, "socket");
	if (epoll_ctl(port->radius->epoll, EPOLL_CTL_ADD, port->fd, &event) < 0)
		return err_errno(err, errno, "epoll");
	port_connect(port);
	return 0;
}

static int ports_open(struct radius *radius, struct err *err)
{
	for (size_t i = 0; i < radius->settings.count; i++) {
		const struct radius_server *server = &radius->settings.server[i];

		for (unsigned s = 0; s < RADIUS_SERVICES; s++) {
			if (server->port[s] && port_open(&radius->ports[i][s], err) < 0)
				return -1;
		}
	}
	return 0;
}

static void ports_init(struct radius *radius)
{
	for (size_t i = 0; i < RADIUS_SERVERS_MAX; i++)
		for (unsigned s = 0; s < RADIUS_SERVICES; s++)
			radius->ports[i][s] =
			    (struct port){ .radius = radius, .server = i, .service = s, .fd = -1 };
}

int radius_open(struct radius **out, const struct radius_settings *settings, struct err *err)
{
	struct radius *radius = mem_alloc(sizeof(*radius));

	radius->settings = *settings;
	for (size_t i = 0; i < settings->count; i++) {
		struct radius_secret *secret = &radius->settings.server[i].secret;
		void *copy = mem_alloc(secret->len + 1);

		memcpy(copy, secret->data, secret->len);
		secret->data = copy;
	}
	ports_init(radius);
	radius->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (radius->epoll < 0)
		err_errno(err, errno, "epoll");
	if (radius->epoll < 0 || ports_open(radius, err) < 0) {
		radius_close(radius);
		return -1;
	}
	*out = radius;
	return 0;
}

static void port_close(const struct port *port)
{
	if (port->fd >= 0)
		close(port->fd);
}

/* ---- requests ---- */

static void leave_port(struct request *request)
{
	if (request->port)
		request->port->by_id[request->id] = NULL;
	request->port = NULL;
}

static void request_free(struct request *request)
{
	mem_wipe_free(request, sizeof(*request));
}

static void finish(struct radius *radius, struct request *request, const struct radius_view *answer,
		   const struct err *why)
{
	struct request **at = &radius->requests;

	while (*at != request)
		at = &(*at)->next;
	*at = request->next;
	leave_port(request);
	if (request->on_done)
		request->on_done(request->user, answer, why);
	request_free(request);
}

void radius_close(struct radius *radius)
{
	struct err why;

	if (!radius)
		return;
	err_set(&why, ERR_UNREACHABLE, "the RADIUS servers are being changed");
	while (radius->requests)
		finish(radius, radius->requests, NULL, &why);
	for (size_t i = 0; i < radius->settings.count; i++) {
		const struct radius_secret *secret = &radius->settings.server[i].secret;

		port_close(&radius->ports[i][RADIUS_ACCESS]);
		port_close(&radius->ports[i][RADIUS_ACCOUNTING]);
		mem_wipe_free((void *)(uintptr_t)secret->data, secret->len);
	}
	if (radius->epoll >= 0)
		close(radius->epoll);
	free(radius);
}

void radius_cancel(struct radius *radius, const void *user)
{
	for (struct request *r = radius->requests; r; r = r->next) {
		if (r->user == user && !r->is_probe)
			r->on_done = NULL;
	}
}

static bool port_is_dead(struct port *port, uint64_t now)
{
	if (port->dead_until && port->dead_until <= now)
		port->dead_until = 0;
	return port->dead_until != 0;
}

/* Silence is held against it only if nobody has heard of it since. */
static void port_silent(struct port *port, uint64_t since, uint64_t now)
{
	unsigned dead_ms = port->radius->settings.dead_ms;

	if (!dead_ms || port->heard > since || port_is_dead(port, now))
		return;
	port->dead_until = now + dead_ms;
	port->probe_at = now + PROBE_MS;
	port_connect(port);
}

static bool take_id(struct port *port, struct request *request)
{
	for (unsigned i = 0; i < IDS; i++) {
		unsigned id = (port->next_id + i) % IDS;

		if (port->by_id[id])
			continue;
		port->by_id[id] = request;
		port->next_id = (id + 1) % IDS;
		request->port = port;
		request->id = (uint8_t)id;
		return true;
	}
	return false;
}

/* Made anew for each server: identifier, authenticators and secret are that one's. */
static bool finish_packet(struct request *request)
{
	uint8_t random[RADIUS_AUTH_SIZE];

	if (request->service == RADIUS_ACCOUNTING && !request->is_probe) {
		radius_finish_request(&request->packet, request->id, secret_of(request->port));
		return true;
	}
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return false;
	radius_finish_random(&request->packet, request->id, random, secret_of(request->port));
	return true;
}

/* False if it cannot be sent there at all. */
static bool transmit(struct request *request, uint64_t now)
{
	unsigned timeout = request->port->radius->settings.timeout_ms;
	ssize_t sent = send(request->port->fd, request->packet.data, request->packet.len, 0);

	request->tries++;
	request->deadline = now + timeout < request->give_up ? now + timeout : request->give_up;
	return sent >= 0 || errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
}

static struct port *next_port(struct radius *radius, const struct request *request, uint64_t now)
{
	for (size_t i = 0; i < radius->settings.count; i++) {
		struct port *port = &radius->ports[i][request->service];

		if (port->fd >= 0 && !(request->asked & 1u << i) && !port_is_dead(port, now))
			return port;
	}
	return NULL;
}

/* To the next server that may be asked; false if there is none. */
static bool go_on(struct radius *radius, struct request *request, uint64_t now)
{
	struct port *port;

	leave_port(request);
	while ((port = next_port(radius, request, now))) {
		if (!take_id(port, request)) { /* as many as it takes are under way */
			request->deadline = now + radius->settings.timeout_ms / 4 + 1;
			return true;
		}
		request->asked |= 1u << port->server;
		request->tries = 0;
		request->first = now;
		if (finish_packet(request) && transmit(request, now))
			return true;
		port_silent(port, now, now);
		leave_port(request);
	}
	return false;
}

static void give_up(struct radius *radius, struct request *request)
{
	struct err why;

	err_set(&why, ERR_UNREACHABLE, "no RADIUS server answers");
	finish(radius, request, NULL, &why);
}

static struct request *request_new(struct radius *radius, enum radius_service service,
				   const struct radius_packet *packet, uint64_t give_up_at)
{
	struct request *request = mem_alloc(sizeof(*request));

	request->service = service;
	request->packet = *packet;
	request->give_up = give_up_at;
	request->next = radius->requests;
	radius->requests = request;
	return request;
}

static int begin(struct radius *radius, struct request *request, radius_done_fn on_done, void *user,
		 uint64_t now, struct err *err)
{
	if (request->packet.failed) {
		finish(radius, request, NULL, NULL);
		return err_set(err, ERR_INTERNAL, "a RADIUS packet that does not fit");
	}
	if (!go_on(radius, request, now)) {
		finish(radius, request, NULL, NULL);
		return err_set(err, ERR_UNREACHABLE, "no RADIUS server answers");
	}
	request->on_done = on_done;
	request->user = user;
	return 0;
}

int radius_ask(struct radius *radius, enum radius_service service,
	       const struct radius_packet *packet, unsigned budget_ms, radius_done_fn on_done,
	       void *user, uint64_t now_ms, struct err *err)
{
	struct request *request = request_new(radius, service, packet, now_ms + budget_ms);

	return begin(radius, request, on_done, user, now_ms, err);
}

int radius_ask_server(struct radius *radius, enum radius_service service, size_t server,
		      const struct radius_packet *packet, unsigned budget_ms,
		      radius_done_fn on_done, void *user, uint64_t now_ms, struct err *err)
{
	struct request *request = request_new(radius, service, packet, now_ms + budget_ms);

	request->asked = ~(1u << server);
	return begin(radius, request, on_done, user, now_ms, err);
}

/* ---- time ---- */

static void too_late(struct radius *radius, struct request *request, uint64_t now)
{
	struct port *port = request->port;
	bool over = now >= request->give_up;

	if (port && !over && request->tries < radius->settings.tries && !port_is_dead(port, now) &&
	    transmit(request, now))
		return;
	if (port && (!over || request->tries >= radius->settings.tries)) {
		port->health.unanswered += !request->is_probe;
		port_silent(port, request->first, now);
	}
	if (over || request->is_probe || !go_on(radius, request, now))
		give_up(radius, request);
}

static struct request *any_late(const struct radius *radius, uint64_t now)
{
	struct request *request = radius->requests;

	while (request && request->deadline > now)
		request = request->next;
	return request;
}

/* Whether a server that is dead is still so: nothing but the answer to it is waited for. */
static void probe(struct port *port, uint64_t now)
{
	struct radius *radius = port->radius;
	struct radius_packet packet;
	struct request *request;

	port->probe_at = now + PROBE_MS;
	radius_begin(&packet, RADIUS_STATUS_SERVER, true);
	request = request_new(radius, port->service, &packet, now + PROBE_MS);
	request->is_probe = true;
	if (!take_id(port, request) || !finish_packet(request) || !transmit(request, now))
		finish(radius, request, NULL, NULL);
	else
		request->deadline = request->give_up;
}

#define each_port(port, radius)                                                   \
	for (struct port *port = (radius)->ports[0],                              \
			 *end_##port = (radius)->ports[(radius)->settings.count]; \
	     port < end_##port; port++)

uint64_t radius_deadline(const struct radius *radius)
{
	uint64_t earliest = NEVER;

	for (const struct request *r = radius->requests; r; r = r->next)
		earliest = r->deadline < earliest ? r->deadline : earliest;
	each_port(port, (struct radius *)(uintptr_t)radius)
	{
		if (port->dead_until && port->probe_at < earliest)
			earliest = port->probe_at;
	}
	return earliest;
}

/* ---- answers ---- */

static bool answers_to(const struct request *request, uint8_t code)
{
	if (request->is_probe)
		return code == RADIUS_ACCESS_ACCEPT || code == RADIUS_ACCOUNTING_RESPONSE;
	if (request->service == RADIUS_ACCOUNTING)
		return code == RADIUS_ACCOUNTING_RESPONSE;
	return code == RADIUS_ACCESS_ACCEPT || code == RADIUS_ACCESS_REJECT ||
	       code == RADIUS_ACCESS_CHALLENGE;
}

static bool is_proven(struct port *port, const struct request *request,
		      const struct radius_view *view)
{
	/* Nobody gains anything by a server that seems to live. */
	bool must_be_signed = port->service == RADIUS_ACCESS && !request->is_probe &&
			      port->radius->settings.require_signed;

	switch (radius_check_reply(view, radius_authenticator(&request->packet), secret_of(port))) {
	case RADIUS_PROVEN:
		return true;
	case RADIUS_FORGED:
		port->health.forged++;
		return false;
	case RADIUS_UNSIGNED:
		port->health.unsigned_ += must_be_signed;
		return !must_be_signed;
	}
	return false;
}

static void take(struct port *port, const void *data, size_t len, uint64_t now)
{
	struct radius_view view;
	struct request *request;

	if (!radius_read(&view, data, len))
		return;
	request = port->by_id[view.id];
	if (!request || !answers_to(request, view.code) || !is_proven(port, request, &view))
		return;
	port->heard = now;
	port->dead_until = 0;
	port->health.answers++;
	finish(port->radius, request, &view, NULL);
}

/* Nobody listens there, says its machine: all that wait need not. */
static void refused(struct port *port, uint64_t now)
{
	port_silent(port, now, now);
	for (unsigned id = 0; id < IDS; id++) {
		if (port->by_id[id])
			port->by_id[id]->deadline = 0;
	}
}

static void receive(struct port *port, uint64_t now)
{
	uint8_t data[RADIUS_PACKET_MAX];

	for (unsigned i = 0; i < READS_MAX; i++) {
		ssize_t len = recv(port->fd, data, sizeof(data), 0);

		if (len >= 0)
			take(port, data, (size_t)len, now);
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR) {
			refused(port, now);
			return;
		}
	}
}

void radius_ready(struct radius *radius, uint64_t now_ms)
{
	struct epoll_event events[2 * RADIUS_SERVERS_MAX];
	int count = epoll_wait(radius->epoll, events, (int)array_size(events), 0);
	struct request *late;

	for (int i = 0; i < count; i++)
		receive(events[i].data.ptr, now_ms);
	while ((late = any_late(radius, now_ms)))
		too_late(radius, late, now_ms);
	each_port(port, radius)
	{
		if (port_is_dead(port, now_ms) && port->probe_at <= now_ms)
			probe(port, now_ms);
	}
}

const struct radius_settings *radius_settings(const struct radius *radius)
{
	return &radius->settings;
}

int radius_fd(const struct radius *radius)
{
	return radius->epoll;
}

struct radius_health radius_health(const struct radius *radius, size_t server,
				   enum radius_service service)
{
	struct radius_health health = radius->ports[server][service].health;

	health.dead = radius->ports[server][service].dead_until != 0;
	return health;
}
