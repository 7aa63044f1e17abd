/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_REQUEST_H
#define L2TPGW_DAEMON_REQUEST_H

/*
 * The language of the control socket, without the socket: one JSON object a line each way. Request
 * {"verb": …}; then zero or more {"progress": …} and one {"ok": result} or {"error": {"code",
 * "text"}}. Pure; whoever is in group l2tpgw may send anything.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "policy/policy.h"
#include "session/session.h"

enum request_verb {
	REQUEST_STATUS,
	REQUEST_SESSIONS,
	REQUEST_PLAN,
	REQUEST_APPLY,
	REQUEST_ROLLBACK,
	REQUEST_CONFIRM,
	REQUEST_DOWN,
	REQUEST_KICK,
	REQUEST_BANS,
	REQUEST_LIFT,
};
#define REQUEST_VERBS 10

#define REQUEST_BYTES_MAX 65536 /* of a line without a policy */
/* Every byte of a policy may need two inside a JSON string. */
#define REQUEST_ROOT_BYTES_MAX (2 * POLICY_BYTES_MAX + REQUEST_BYTES_MAX)
#define REQUEST_CONFIRM_MAX    86400 /* seconds */
#define REQUEST_DIGEST_MAX     65    /* SHA-256 in hexadecimal, with the NUL */
#define REQUEST_WHAT_MAX       128

struct request {
	enum request_verb verb;
	char id[SESSION_ID_MAX]; /* sessions: ""= all */

	/* plan, apply */
	char *policy; /* the text; NULL = what is on disk. May hold a secret. */
	size_t policy_len;

	/* apply, rollback */
	char base[REQUEST_DIGEST_MAX]; /* of the file on disk that `policy` was made from; "" = any
					*/
	char what[REQUEST_WHAT_MAX];   /* for the history: "user add alice"; never "" */
	bool allow_drop;
	char allow_drop_of[SESSION_USER_MAX]; /* this user's sessions may end; "" = nobody's */
	unsigned confirm_within;              /* seconds, 0 = for good at once */
	unsigned generation;                  /* rollback: 0 = the one before */

	/* kick, lift */
	char target[SESSION_USER_MAX]; /* a user or the id of a session; never "" */
	unsigned ban;                  /* kick: seconds, 0 = none */
};

/* One line without its newline. ERR_USAGE if it is no request. Release with request_free(). */
int request_parse(const char *line, size_t len, struct request *request, struct err *err);
/* Wipes the policy; one that was not parsed, or all zero, is fine. */
void request_free(struct request *request);
/* It changes something, or carries a policy: for root alone. */
bool request_for_root(enum request_verb verb);

#define cleanup_request __attribute__((cleanup(request_free)))

/* Appends the reply line; takes the reference to `result`, which may be NULL: then *err is told. */
void request_reply(struct buf *out, json_t *result, const struct err *err);
/* Appends a progress line; takes the reference. */
void request_progress(struct buf *out, json_t *progress);

#endif
