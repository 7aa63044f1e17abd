/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_ACCOUNT_H
#define L2TPGW_SESSION_ACCOUNT_H

/*
 * What whoever accounts for sessions is told of one: that it began, what it has used, and how it
 * ended; and of all of them: that none is there yet, or any more. A copy, since it may be long
 * until somebody takes it. Pure.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fields.h"
#include "session/session.h"

enum account_event {
	ACCOUNT_START,
	ACCOUNT_INTERIM,
	ACCOUNT_STOP,
	/* Of the gateway: only `wall` and `id` count. */
	ACCOUNT_ON,
	ACCOUNT_OFF,
};
#define ACCOUNT_EVENTS 5

struct session_account {
	enum account_event event;
	int64_t wall;            /* when it was so, seconds since the epoch */
	char id[SESSION_ID_MAX]; /* of the session; of ON and OFF whom it is for */
	char user[SESSION_USER_MAX];
	bool by_radius; /* a RADIUS server let it in, not the policy */
	uint32_t slot, address;
	uint32_t peer, local;        /* outside */
	uint64_t rx_bytes, tx_bytes; /* rx is what the client sent */
	uint32_t seconds;            /* that it has been up */
	unsigned cause;              /* of STOP: Acct-Terminate-Cause (RFC 2866, 5.10) */
	char class[TERMS_CLASS_MAX]; /* as in session_terms */
};

bool account_is_of_gateway(enum account_event event);
/* Of a session that is, or just was, up. `reason` counts for STOP. */
void account_of(struct session_account *account, const struct session *session,
		enum account_event event, int64_t wall, enum session_reason reason);
/* As it is kept on disk. -1 if it is not of that form. */
void account_encode(const struct session_account *account, struct fields *fields);
int account_decode(const struct fields *fields, struct session_account *account, struct err *err);

#endif
