/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_REQUEST_H
#define L2TPGW_DAEMON_REQUEST_H

/*
 * The language of the control socket, without the socket: one JSON object a line each way. Request
 * {"verb": …}, reply {"ok": result} or {"error": {"code", "text"}}. Pure; whoever is in group
 * l2tpgw may send anything.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "session/session.h"

enum request_verb { REQUEST_STATUS, REQUEST_SESSIONS, REQUEST_APPLY, REQUEST_DOWN };
#define REQUEST_VERBS 4

struct request {
	enum request_verb verb;
	char id[SESSION_ID_MAX]; /* of `sessions`; "" = all */
};

/* One line without its newline. ERR_USAGE if it is no request. */
int request_parse(const char *line, size_t len, struct request *request, struct err *err);
/* It changes something: for root alone. */
bool request_changes(enum request_verb verb);
/* Appends the reply line; takes the reference to `result`, which may be NULL: then *err is told. */
void request_reply(struct buf *out, json_t *result, const struct err *err);

#endif
