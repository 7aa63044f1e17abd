/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/accounting.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/ip4.h"
#include "base/log.h"
#include "daemon/account_queue.h"
#include "daemon/counters.h"
#include "daemon/loop.h"
#include "daemon/radius_link.h"
#include "daemon/records.h"
#include "drive/radius_terms.h"

#define WINDOW       32 /* records under way at a time */
#define RETRY_MS     2000
#define RETRY_MS_MAX 30000

#define AUTHENTIC_RADIUS 1
#define AUTHENTIC_LOCAL  2

struct accounting {
	struct gateway *gateway;
	struct account_queue queue;
	unsigned sending;
	uint64_t retry_at; /* ms; no server answered */
	unsigned retry_ms;
	uint64_t interim[FABRIC_SLOTS]; /* ms: when it is due; 0 = of no session */
};

/* What is under way of the queue: the record may be gone from it before the answer comes. */
struct sent {
	struct accounting *accounting;
	struct account_entry *entry;
};

/* ---- packets ---- */

static void put_identity(const struct session_account *account, struct radius_packet *packet)
{
	char text[IP4_TEXT_MAX];

	radius_put_text(packet, RADIUS_USER_NAME, account->user);
	radius_put_text(packet, RADIUS_ACCT_SESSION_ID, account->id);
	radius_link_put_port(packet, account->slot);
	radius_link_put_service(packet);
	radius_put_u32(packet, RADIUS_FRAMED_IP_ADDRESS, account->address);
	radius_put_text(packet, RADIUS_CALLING_STATION_ID, ip4_text(account->peer, text));
	radius_put_text(packet, RADIUS_CALLED_STATION_ID, ip4_text(account->local, text));
	radius_put_u32(packet, RADIUS_ACCT_AUTHENTIC,
		       account->by_radius ? AUTHENTIC_RADIUS : AUTHENTIC_LOCAL);
}

static void put_class(const struct session_account *account, struct radius_packet *packet)
{
	uint8_t class[TERMS_CLASS_MAX / 2];
	size_t len = strlen(account->class) / 2;

	if (len && hex_decode(account->class, class, len))
		radius_put_class(packet, class, len);
}

static void put_counters(const struct session_account *account, struct radius_packet *packet)
{
	radius_put_u32(packet, RADIUS_ACCT_INPUT_OCTETS, (uint32_t)account->rx_bytes);
	radius_put_u32(packet, RADIUS_ACCT_INPUT_GIGAWORDS, (uint32_t)(account->rx_bytes >> 32));
	radius_put_u32(packet, RADIUS_ACCT_OUTPUT_OCTETS, (uint32_t)account->tx_bytes);
	radius_put_u32(packet, RADIUS_ACCT_OUTPUT_GIGAWORDS, (uint32_t)(account->tx_bytes >> 32));
	radius_put_u32(packet, RADIUS_ACCT_SESSION_TIME, account->seconds);
}

/* Every record has an Acct-Session-Id (RFC 2866, 5.5), one of no session too. */
static void put_life(const struct session_account *account, struct radius_packet *packet)
{
	char id[SESSION_ID_MAX];

	(void)snprintf(id, sizeof(id), "%" PRIx64, (uint64_t)account->wall);
	radius_put_text(packet, RADIUS_ACCT_SESSION_ID, id);
}

static void make_packet(const struct accounting *accounting, const struct session_account *account,
			struct radius_packet *packet)
{
	static const uint32_t status[ACCOUNT_EVENTS] = {
		[ACCOUNT_START] = 1, [ACCOUNT_STOP] = 2, [ACCOUNT_INTERIM] = 3,
		[ACCOUNT_ON] = 7,    [ACCOUNT_OFF] = 8,
	};
	int64_t delay = gateway_now().wall - account->wall;

	radius_begin(packet, RADIUS_ACCOUNTING_REQUEST, false);
	radius_put_u32(packet, RADIUS_ACCT_STATUS_TYPE, status[account->event]);
	if (account_is_of_gateway(account->event))
		put_life(account, packet);
	else
		put_identity(account, packet);
	put_class(account, packet);
	radius_link_put_gateway(accounting->gateway->radius, packet);
	if (account->event == ACCOUNT_INTERIM || account->event == ACCOUNT_STOP)
		put_counters(account, packet);
	if (account->event == ACCOUNT_STOP)
		radius_put_u32(packet, RADIUS_ACCT_TERMINATE_CAUSE, account->cause);
	radius_put_u32(packet, RADIUS_EVENT_TIMESTAMP, (uint32_t)account->wall);
	radius_put_u32(packet, RADIUS_ACCT_DELAY_TIME, delay > 0 ? (uint32_t)delay : 0);
}

/* ---- whom a record of the gateway is for ---- */

static const char *server_text(const struct policy_radius_server *server, char out[SESSION_ID_MAX])
{
	char address[IP4_TEXT_MAX];

	(void)snprintf(out, SESSION_ID_MAX, "%s:%u", ip4_text(server->address, address),
		       server->acct_port);
	return out;
}

/* False if the policy does not name it any more. */
static bool find_server(const struct accounting *accounting, const struct account_entry *entry,
			size_t *index)
{
	const struct policy *policy = accounting->gateway->policy;
	char text[SESSION_ID_MAX];

	for (*index = 0; *index < policy->radius.servers_count; (*index)++) {
		if (!strcmp(server_text(&policy->radius.servers[*index], text), entry->id))
			return true;
	}
	return false;
}

static bool server_is_dead(const struct accounting *accounting, const struct account_entry *entry)
{
	size_t server;

	return find_server(accounting, entry, &server) &&
	       radius_link_is_dead(accounting->gateway->radius, RADIUS_ACCOUNTING, server);
}

/* ---- the queue ---- */

/* Of servers that only judge logins nobody takes a record, ever. */
static bool is_wanted(const struct accounting *accounting)
{
	const struct policy *policy = accounting->gateway->policy;

	for (size_t i = 0; i < policy->radius.servers_count; i++) {
		if (policy->radius.servers[i].acct_port)
			return true;
	}
	return false;
}

static void send_queue(struct accounting *accounting);

static void wait_longer(struct accounting *accounting, struct account_entry *entry)
{
	if (!accounting->retry_at)
		log_warning(
		    "accounting: no RADIUS server takes it; it is kept in %s until one does",
		    accounting->queue.directory);
	account_queue_sync(&accounting->queue, entry);
	if (accounting->retry_at > loop_ms()) /* as others that were under way have found out */
		return;
	accounting->retry_at = loop_ms() + accounting->retry_ms;
	accounting->retry_ms *= 2;
	if (accounting->retry_ms > RETRY_MS_MAX)
		accounting->retry_ms = RETRY_MS_MAX;
}

/* One server's silence is not the others'. A dead one is waited for, and then hears this first. */
static void put_off(struct accounting *accounting, struct account_entry *entry)
{
	if (!entry->synced)
		log_warning("accounting: RADIUS server %s does not take that the gateway %s; it "
			    "is told later",
			    entry->id, entry->event == ACCOUNT_ON ? "began" : "ended");
	account_queue_sync(&accounting->queue, entry);
	if (server_is_dead(accounting, entry))
		return;
	entry->refused = true;
	entry->again = loop_ms() + RETRY_MS_MAX;
}

static void not_taken(struct accounting *accounting, struct account_entry *entry)
{
	if (account_is_of_gateway(entry->event))
		put_off(accounting, entry);
	else
		wait_longer(accounting, entry);
}

static void taken(struct accounting *accounting, struct account_entry *entry)
{
	if (accounting->retry_at)
		log_notice("accounting: a RADIUS server takes it again");
	accounting->retry_at = 0;
	accounting->retry_ms = RETRY_MS;
	account_queue_remove(&accounting->queue, entry);
}

static void answered(void *user, const struct radius_view *answer, const struct err *why)
{
	struct sent sent = *(struct sent *)user;
	struct accounting *accounting = sent.accounting;

	(void)why;
	free(user);
	accounting->sending--;
	sent.entry->sending = false;
	if (accounting->gateway->ending)
		return;
	if (answer)
		taken(accounting, sent.entry);
	else
		not_taken(accounting, sent.entry);
	send_queue(accounting);
}

static int ask(struct accounting *accounting, struct account_entry *entry,
	       const struct radius_packet *packet, struct err *err)
{
	struct radius_link *link = accounting->gateway->radius;
	struct sent *sent = mem_alloc(sizeof(*sent));
	size_t server;
	int result;

	*sent = (struct sent){ accounting, entry };
	if (!account_is_of_gateway(entry->event))
		result = radius_link_ask(link, RADIUS_ACCOUNTING, packet, answered, sent, err);
	else if (find_server(accounting, entry, &server))
		result = radius_link_ask_server(link, RADIUS_ACCOUNTING, server, packet, answered,
						sent, err);
	else
		result = err_set(err, ERR_FAILED, "the policy does not name that server any more");
	if (result < 0)
		free(sent);
	return result;
}

/* False if there is nobody to send anything to. */
static bool send_entry(struct accounting *accounting, struct account_entry *entry)
{
	struct session_account account;
	struct radius_packet packet;
	struct err err = { .code = ERR_NONE };

	if (account_queue_read(&accounting->queue, entry, &account, &err) < 0) {
		log_error("accounting of %s is lost: %s", entry->id, err.text);
		account_queue_remove(&accounting->queue, entry);
		return true;
	}
	make_packet(accounting, &account, &packet);
	if (ask(accounting, entry, &packet, &err) < 0) {
		not_taken(accounting, entry);
		return account_is_of_gateway(entry->event);
	}
	entry->sending = true;
	accounting->sending++;
	return true;
}

/* A server that is there hears that the gateway began before it hears of sessions. */
static bool holds_up(const struct accounting *accounting, const struct account_entry *entry)
{
	return !entry->refused && (entry->sending || !server_is_dead(accounting, entry));
}

/*
 * Of one session, and of the gateway to one server, one record at a time, in their order. What is
 * of the gateway comes behind all sessions that were before it: none of them is opened by a Start
 * that comes late.
 */
static bool goes_before(const struct accounting *accounting, const struct account_entry *first,
			const struct account_entry *entry)
{
	if (!strcmp(first->id, entry->id))
		return true;
	if (account_is_of_gateway(first->event))
		return !account_is_of_gateway(entry->event) && holds_up(accounting, first);
	return account_is_of_gateway(entry->event);
}

static bool may_go(const struct accounting *accounting, const struct account_entry *entry)
{
	if (entry->sending || entry->again > loop_ms() ||
	    (account_is_of_gateway(entry->event) && server_is_dead(accounting, entry)))
		return false;
	for (const struct account_entry *e = accounting->queue.first; e != entry; e = e->next) {
		if (goes_before(accounting, e, entry))
			return false;
	}
	return true;
}

/* What was for a server that the policy names no more. */
static void forget_strangers(struct accounting *accounting)
{
	struct account_entry *next;
	size_t server;

	for (struct account_entry *entry = accounting->queue.first; entry; entry = next) {
		next = entry->next;
		if (account_is_of_gateway(entry->event) && !entry->sending &&
		    !find_server(accounting, entry, &server))
			account_queue_remove(&accounting->queue, entry);
	}
}

static void send_queue(struct accounting *accounting)
{
	struct account_entry *next;

	if (accounting->retry_at > loop_ms() || !is_wanted(accounting))
		return;
	forget_strangers(accounting);
	for (struct account_entry *entry = accounting->queue.first;
	     entry && accounting->sending < WINDOW; entry = next) {
		next = entry->next;
		if (may_go(accounting, entry) && !send_entry(accounting, entry))
			return;
	}
}

void accounting_take(struct accounting *accounting, const struct session_account *account)
{
	if (!is_wanted(accounting))
		return;
	if (account_queue_append(&accounting->queue, account))
		send_queue(accounting);
}

/* What it was to hear before is outdated. */
static void forget_older(struct accounting *accounting, const char *server)
{
	struct account_entry *next;

	for (struct account_entry *entry = accounting->queue.first; entry; entry = next) {
		next = entry->next;
		if (account_is_of_gateway(entry->event) && !entry->sending &&
		    !strcmp(entry->id, server))
			account_queue_remove(&accounting->queue, entry);
	}
}

static void tell_servers(struct accounting *accounting, enum account_event event)
{
	const struct policy *policy = accounting->gateway->policy;

	for (size_t i = 0; i < policy->radius.servers_count; i++) {
		struct session_account account = { .event = event, .wall = gateway_now().wall };

		if (!policy->radius.servers[i].acct_port)
			continue;
		forget_older(accounting, server_text(&policy->radius.servers[i], account.id));
		(void)account_queue_append(&accounting->queue, &account);
	}
	send_queue(accounting);
}

void accounting_on(struct accounting *accounting)
{
	tell_servers(accounting, ACCOUNT_ON);
}

void accounting_off(struct accounting *accounting)
{
	tell_servers(accounting, ACCOUNT_OFF);
}

/* ---- what sessions have used meanwhile ---- */

static uint64_t interval_ms(const struct accounting *accounting, const struct session *session)
{
	const struct policy *policy = accounting->gateway->policy;

	if (!is_wanted(accounting))
		return 0;
	return 1000ull * (session->terms.interim ? session->terms.interim : policy->radius.interim);
}

static void told(void *user, const struct radius_view *answer, const struct err *why)
{
	(void)user;
	(void)answer;
	(void)why;
}

/* The next one says more than this one: it need not be kept. */
static void send_interim(struct accounting *accounting, const struct session *session)
{
	struct session_account account;
	struct radius_packet packet;
	struct err ignored;

	account_of(&account, session, ACCOUNT_INTERIM, gateway_now().wall, SESSION_REASON_NONE);
	make_packet(accounting, &account, &packet);
	(void)radius_link_ask(accounting->gateway->radius, RADIUS_ACCOUNTING, &packet, told, NULL,
			      &ignored);
	/* What an l2tpgwd that finds its pppd gone has to go by. */
	records_write(accounting->gateway, session->slot);
}

static bool is_due(struct accounting *accounting, const struct session *session, uint64_t now)
{
	uint64_t interval = interval_ms(accounting, session);
	uint64_t *due = &accounting->interim[session->slot];
	bool is;

	if (session->state != SESSION_UP || !interval) {
		*due = 0;
		return false;
	}
	is = *due && now >= *due;
	if (!*due || is || *due > now + interval)
		*due = now + interval;
	return is;
}

static void send_interims(struct accounting *accounting)
{
	struct gateway *gateway = accounting->gateway;
	const struct session *session = NULL;
	bool counted = false;

	while ((session = session_iterate(gateway->sessions, session))) {
		if (!is_due(accounting, session, loop_ms()))
			continue;
		if (!counted)
			counters_refresh(gateway);
		counted = true;
		send_interim(accounting, session);
	}
}

void accounting_tick(struct accounting *accounting)
{
	send_interims(accounting);
	send_queue(accounting);
}

/* ---- all of it ---- */

struct accounting *accounting_new(struct gateway *gateway)
{
	struct accounting *accounting = mem_alloc(sizeof(*accounting));

	accounting->gateway = gateway;
	accounting->retry_ms = RETRY_MS;
	account_queue_open(&accounting->queue, gateway->paths.accounting);
	return accounting;
}

void accounting_free(struct accounting *accounting)
{
	if (!accounting)
		return;
	account_queue_close(&accounting->queue);
	free(accounting);
}

bool accounting_is_done(const struct accounting *accounting)
{
	return !accounting->sending;
}

json_t *accounting_status(const struct accounting *accounting)
{
	return json_pack("{s:I, s:I}", "waiting", (json_int_t)accounting->queue.count, "given_up",
			 (json_int_t)accounting->queue.given_up);
}
