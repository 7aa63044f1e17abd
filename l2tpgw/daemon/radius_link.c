/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/radius_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/ip4.h"
#include "base/log.h"
#include "daemon/loop.h"

#define SERVER_TEXT_MAX (IP4_TEXT_MAX + 6)
#define PORT_VIRTUAL    5

struct radius_link {
	struct gateway *gateway;
	struct radius *radius; /* NULL = the policy names no server */
	sd_event_source *source;
	struct loop_timer timer;
	bool was_dead[RADIUS_SERVERS_MAX]; /* for the log */
	bool told_unsigned;
};

/* ---- what people are told ---- */

static const char *server_text(const struct radius_link *link, size_t index,
			       char out[SERVER_TEXT_MAX])
{
	const struct radius_server *server = &radius_settings(link->radius)->server[index];
	char address[IP4_TEXT_MAX];

	(void)snprintf(out, SERVER_TEXT_MAX, "%s:%u", ip4_text(server->address, address),
		       server->port[RADIUS_ACCESS]);
	return out;
}

static void note_changes(struct radius_link *link)
{
	for (size_t i = 0; i < radius_settings(link->radius)->count; i++) {
		const struct radius_health health = radius_health(link->radius, i, RADIUS_ACCESS);
		char text[SERVER_TEXT_MAX];

		(void)server_text(link, i, text);
		if (health.dead != link->was_dead[i])
			log_notice("RADIUS server %s %s", text,
				   health.dead ? "does not answer" : "answers again");
		link->was_dead[i] = health.dead;
		if (health.unsigned_ && !link->told_unsigned)
			log_warning("RADIUS server %s answers without Message-Authenticator: such "
				    "answers count for nothing "
				    "(radius.require_message_authenticator)",
				    text);
		link->told_unsigned |= health.unsigned_ != 0;
	}
}

static json_t *server_json(const struct radius_link *link, size_t server)
{
	const struct radius_health access = radius_health(link->radius, server, RADIUS_ACCESS);
	const struct radius_health accounting =
	    radius_health(link->radius, server, RADIUS_ACCOUNTING);
	char text[SERVER_TEXT_MAX];

	return json_pack("{s:s, s:b, s:I, s:I, s:I}", "address", server_text(link, server, text),
			 "answers", !access.dead && !accounting.dead, "answered",
			 (json_int_t)(access.answers + accounting.answers), "unanswered",
			 (json_int_t)(access.unanswered + accounting.unanswered), "forged",
			 (json_int_t)(access.forged + accounting.forged + access.unsigned_));
}

json_t *radius_link_status(const struct radius_link *link)
{
	json_t *list = json_array();

	for (size_t i = 0; link->radius && i < radius_settings(link->radius)->count; i++)
		json_array_append_new(list, server_json(link, i));
	return list;
}

/* ---- the loop ---- */

static void arm(struct radius_link *link)
{
	loop_timer_at(&link->timer, link->radius ? radius_deadline(link->radius) : UINT64_MAX);
}

static void ready(struct radius_link *link)
{
	struct gateway *gateway = link->gateway;

	radius_ready(link->radius, loop_ms());
	note_changes(link);
	arm(link);
	gateway_settle(gateway);
}

static int readable(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	(void)source;
	(void)fd;
	(void)revents;
	ready(user);
	return 0;
}

static void timeout(void *user)
{
	struct radius_link *link = user;

	if (link->radius)
		ready(link);
}

/* ---- the policy ---- */

static struct radius_settings settings_of(const struct policy *policy)
{
	struct radius_settings settings = {
		.count = policy->radius.servers_count,
		.timeout_ms = policy->radius.timeout * 1000,
		.tries = policy->radius.retries + 1,
		.dead_ms = policy->radius.dead_time * 1000,
		.require_signed = policy->radius.require_message_authenticator,
	};

	for (size_t i = 0; i < settings.count; i++) {
		const struct policy_radius_server *server = &policy->radius.servers[i];

		settings.server[i] = (struct radius_server){
			.address = server->address,
			.port = { (uint16_t)server->auth_port, (uint16_t)server->acct_port },
			.secret = { server->secret, server->secret_len },
		};
	}
	return settings;
}

static bool same_server(const struct radius_server *a, const struct radius_server *b)
{
	return a->address == b->address && !memcmp(a->port, b->port, sizeof(a->port)) &&
	       a->secret.len == b->secret.len &&
	       !memcmp(a->secret.data, b->secret.data, a->secret.len);
}

static bool same_settings(const struct radius_settings *a, const struct radius_settings *b)
{
	if (a->count != b->count || a->timeout_ms != b->timeout_ms || a->tries != b->tries ||
	    a->dead_ms != b->dead_ms || a->require_signed != b->require_signed)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!same_server(&a->server[i], &b->server[i]))
			return false;
	}
	return true;
}

static void forget(struct radius_link *link)
{
	struct radius *radius = link->radius;

	link->radius = NULL; /* who is told asks in vain */
	loop_unwatch(&link->source);
	radius_close(radius);
	memset(link->was_dead, 0, sizeof(link->was_dead));
	link->told_unsigned = false;
}

void radius_link_follow(struct radius_link *link)
{
	struct radius_settings settings = settings_of(link->gateway->policy);
	struct err err = { .code = ERR_NONE };

	if (link->radius ? same_settings(&settings, radius_settings(link->radius))
			 : !settings.count)
		return;
	forget(link);
	if (settings.count && radius_open(&link->radius, &settings, &err) < 0)
		log_error("RADIUS: %s", err.text);
	if (link->radius)
		link->source = loop_watch(link->gateway->loop, radius_fd(link->radius), EPOLLIN,
					  readable, link);
	arm(link);
}

struct radius_link *radius_link_new(struct gateway *gateway)
{
	struct radius_link *link = mem_alloc(sizeof(*link));

	link->gateway = gateway;
	loop_timer_init(&link->timer, gateway->loop, timeout, link);
	return link;
}

void radius_link_free(struct radius_link *link)
{
	if (!link)
		return;
	forget(link);
	loop_timer_free(&link->timer);
	free(link);
}

int radius_link_ask(struct radius_link *link, enum radius_service service,
		    const struct radius_packet *packet, radius_done_fn on_done, void *user,
		    struct err *err)
{
	int result;

	if (!link->radius)
		return err_set(err, ERR_UNREACHABLE, "there is no RADIUS server to ask");
	result = radius_ask(link->radius, service, packet, POLICY_RADIUS_PATIENCE * 1000, on_done,
			    user, loop_ms(), err);
	arm(link);
	return result;
}

int radius_link_ask_server(struct radius_link *link, enum radius_service service, size_t server,
			   const struct radius_packet *packet, radius_done_fn on_done, void *user,
			   struct err *err)
{
	int result;

	if (!link->radius || server >= radius_settings(link->radius)->count)
		return err_set(err, ERR_UNREACHABLE, "there is no such RADIUS server");
	result = radius_ask_server(link->radius, service, server, packet,
				   POLICY_RADIUS_PATIENCE * 1000, on_done, user, loop_ms(), err);
	arm(link);
	return result;
}

bool radius_link_is_dead(const struct radius_link *link, enum radius_service service, size_t server)
{
	return !link->radius || server >= radius_settings(link->radius)->count ||
	       radius_health(link->radius, server, service).dead;
}

void radius_link_cancel(struct radius_link *link, const void *user)
{
	if (link->radius)
		radius_cancel(link->radius, user);
}

void radius_link_put_gateway(const struct radius_link *link, struct radius_packet *packet)
{
	const struct gateway *gateway = link->gateway;
	const struct policy *policy = gateway->policy;
	uint32_t address =
	    policy->radius.nas_address ? policy->radius.nas_address : gateway->host.wan_address;

	radius_put_text(packet, RADIUS_NAS_IDENTIFIER, policy->radius.nas_identifier);
	if (address)
		radius_put_u32(packet, RADIUS_NAS_IP_ADDRESS, address);
}

void radius_link_put_port(struct radius_packet *packet, uint32_t slot)
{
	char ifname[SESSION_IFNAME_MAX];

	radius_put_u32(packet, RADIUS_NAS_PORT, slot);
	radius_put_u32(packet, RADIUS_NAS_PORT_TYPE, PORT_VIRTUAL);
	radius_put_text(packet, RADIUS_NAS_PORT_ID, session_ifname(slot, ifname));
}

void radius_link_put_service(struct radius_packet *packet)
{
	radius_put_u32(packet, RADIUS_SERVICE_TYPE, RADIUS_SERVICE_FRAMED);
	radius_put_u32(packet, RADIUS_FRAMED_PROTOCOL, RADIUS_PROTOCOL_PPP);
}
