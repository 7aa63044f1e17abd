/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_REFUSAL_H
#define L2TPGW_DAEMON_REFUSAL_H

/*
 * Why charon refused a client. Before strongSwan 6.0.3 only its log tells (VICI event `log`), so
 * the lines of one IKE_SA are followed and the ones that mean a refusal are turned into a reason an
 * administrator understands. Pure. Texts: strongSwan src/libcharon/sa/ikev1/.
 */
#include <stdbool.h>
#include <stdint.h>

#include "session/session.h"

/* Half-open IKE_SAs followed at once. The oldest is forgotten, of those first that were not
 * refused. */
#define REFUSAL_TRACKED 256
/*
 * charon keeps a half-open IKEv1 SA whose message it cannot decrypt, and takes the next one: who
 * guesses keys needs one SA only. So many lines about that, one or two a guess, are a refusal
 * again; a client that only repeats itself does not come so far.
 */
#define REFUSAL_GUESSES   16
#define REFUSAL_PEER_MAX  64
#define REFUSAL_OFFER_MAX 1024

struct refusal_attempt {
	uint32_t ike_id;  /* 0 = free */
	bool reported;    /* one reason an attempt is enough, but for guesses */
	unsigned guesses; /* lines about messages that could not be decrypted */
	char peer[REFUSAL_PEER_MAX];
	char offer[REFUSAL_OFFER_MAX]; /* proposals the client sent, as charon prints them */
};

struct refusals {
	struct refusal_attempt attempts[REFUSAL_TRACKED];
	unsigned next;
};

struct refusal {
	const char *peer;   /* address, "" if unknown */
	const char *reason; /* static text */
	const char *offer;  /* "" unless the reason is about proposals */
	/* SESSION_DENY_PSK takes that it heard us: the peer's address is its own. */
	enum session_denial denial;
};

/* One line of charon's log; true if it completes a refusal, which is then in *out. */
bool refusals_line(struct refusals *refusals, uint32_t ike_id, const char *message,
		   struct refusal *out);

#endif
