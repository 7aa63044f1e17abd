/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_RADIUS_H
#define L2TPGW_DRIVE_RADIUS_H

/*
 * A RADIUS client. It never blocks and has no loop of its own: the caller polls radius_fd() for
 * input, until radius_deadline(), and then calls radius_ready().
 *
 * A request goes to the first server that is not dead; it is sent again as often as the settings
 * say, then to the next one. A server that answered nobody meanwhile is dead for a while: it is
 * left out, and asked by Status-Server (RFC 5997) whether it is back. Whatever it says that can be
 * proven brings it back at once. Answers that cannot be proven are as good as none.
 *
 * Callbacks run inside radius_ready() and radius_close() only; they may call radius_ask() and
 * radius_cancel(). Times are milliseconds of any monotonic clock, the same in every call.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "drive/radius_wire.h"

#define RADIUS_SERVERS_MAX 8

enum radius_service { RADIUS_ACCESS, RADIUS_ACCOUNTING };
#define RADIUS_SERVICES 2

struct radius_server {
	uint32_t address;
	uint16_t port[RADIUS_SERVICES]; /* 0 = is not asked for that */
	struct radius_secret secret;
};

struct radius_settings {
	struct radius_server server[RADIUS_SERVERS_MAX]; /* in the order of preference */
	size_t count;
	unsigned timeout_ms; /* until a request is sent again */
	unsigned tries;      /* at each server, at least 1 */
	unsigned dead_ms;    /* 0 = no server is ever left out */
	bool require_signed; /* answers to Access-Requests need a Message-Authenticator */
};

struct radius;

/* What a server has been like, for people. */
struct radius_health {
	bool dead;
	uint64_t answers;    /* that could be proven */
	uint64_t unanswered; /* requests given up */
	uint64_t forged;     /* answers with a wrong authenticator: the secret differs, mostly */
	uint64_t unsigned_;  /* answers without the Message-Authenticator that is required */
};

/* Called exactly once a request, either with a proven answer or (NULL) with why there is none. */
typedef void (*radius_done_fn)(void *user, const struct radius_view *answer, const struct err *why);

/* Keeps a copy of the settings with their secrets, which radius_close() wipes. */
int radius_open(struct radius **radius, const struct radius_settings *settings, struct err *err);
/* Tells all that wait, and frees. NULL is fine. */
void radius_close(struct radius *radius);

/* Those it was opened with; the secrets are its own copies. */
const struct radius_settings *radius_settings(const struct radius *radius);

int radius_fd(const struct radius *radius);
uint64_t radius_deadline(const struct radius *radius);
void radius_ready(struct radius *radius, uint64_t now_ms);

/*
 * Sends the packet, begun and filled in but not finished, and gives up after `budget_ms`.
 * ERR_UNREACHABLE and nothing will be called if no server is there to be asked.
 */
int radius_ask(struct radius *radius, enum radius_service service,
	       const struct radius_packet *packet, unsigned budget_ms, radius_done_fn on_done,
	       void *user, uint64_t now_ms, struct err *err);
/* The same of that server alone, if it is not dead. */
int radius_ask_server(struct radius *radius, enum radius_service service, size_t server,
		      const struct radius_packet *packet, unsigned budget_ms,
		      radius_done_fn on_done, void *user, uint64_t now_ms, struct err *err);
/* Whoever waits for an answer with that `user` is not called any more. */
void radius_cancel(struct radius *radius, const void *user);

struct radius_health radius_health(const struct radius *radius, size_t server,
				   enum radius_service service);

#endif
