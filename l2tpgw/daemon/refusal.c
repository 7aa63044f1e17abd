/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/refusal.h"

#include <stdio.h>
#include <string.h>

#include "base/ip4.h"

struct pattern {
	const char *text; /* found anywhere in the line */
	const char *reason;
	enum session_denial denial;
};

static const struct pattern patterns[] = {
	{ "could not decrypt payloads", "wrong pre-shared key", SESSION_DENY_PSK },
	{ "decryption failed?", "wrong pre-shared key", SESSION_DENY_PSK },
	{ "Aggressive Mode PSK disabled", "it insists on Aggressive Mode", SESSION_DENY_IKE },
	{ "no IKE config found for", "it speaks another version of IKE than IKEv1",
	  SESSION_DENY_IKE },
	{ "no proposal found", "none of its IKE proposals is admitted", SESSION_DENY_PROPOSALS },
	{ "no matching proposal found, sending NO_PROPOSAL_CHOSEN",
	  "none of its ESP proposals is admitted", SESSION_DENY_PROPOSALS },
	{ "no matching CHILD_SA config found",
	  "it asks for something other than L2TP in "
	  "transport mode",
	  SESSION_DENY_IKE },
	{ "no peer config found", "it authenticates in a way that is not configured",
	  SESSION_DENY_IKE },
};

/* A flood of first messages, from wherever, does not make it forget who was refused. */
static struct refusal_attempt *place_for_another(struct refusals *refusals)
{
	for (unsigned i = 0; i < REFUSAL_TRACKED; i++) {
		struct refusal_attempt *attempt =
		    &refusals->attempts[refusals->next++ % REFUSAL_TRACKED];

		if (!attempt->reported)
			return attempt;
	}
	return &refusals->attempts[refusals->next++ % REFUSAL_TRACKED];
}

static struct refusal_attempt *attempt_of(struct refusals *refusals, uint32_t ike_id)
{
	struct refusal_attempt *attempt;

	for (unsigned i = 0; i < REFUSAL_TRACKED; i++) {
		if (refusals->attempts[i].ike_id == ike_id)
			return &refusals->attempts[i];
	}
	attempt = place_for_another(refusals);
	*attempt = (struct refusal_attempt){ .ike_id = ike_id };
	return attempt;
}

/* "203.0.113.1 is initiating a Main Mode IKE_SA" */
static void learn_peer(struct refusal_attempt *attempt, const char *message)
{
	const char *verb = strstr(message, " is initiating a");
	size_t len = verb ? (size_t)(verb - message) : 0;

	char peer[sizeof(attempt->peer)];
	uint32_t address;

	if (!len || len >= sizeof(peer))
		return;
	memcpy(peer, message, len);
	peer[len] = '\0';
	/* Identities stand in the log too, and say what their owners like. */
	if (ip4_parse(peer, &address))
		memcpy(attempt->peer, peer, len + 1);
}

static void learn_offer(struct refusal_attempt *attempt, const char *message)
{
	static const char prefix[] = "received proposals: ";

	if (!strncmp(message, prefix, sizeof(prefix) - 1))
		(void)snprintf(attempt->offer, sizeof(attempt->offer), "%s",
			       message + sizeof(prefix) - 1);
}

static const struct pattern *pattern_of(const char *message)
{
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		if (strstr(message, patterns[i].text))
			return &patterns[i];
	}
	return NULL;
}

static bool is_news(struct refusal_attempt *attempt, const struct pattern *pattern)
{
	bool first = !attempt->reported;

	attempt->reported = true;
	if (pattern->denial != SESSION_DENY_PSK)
		return first;
	return attempt->guesses++ % REFUSAL_GUESSES == 0 && (first || attempt->guesses > 1);
}

bool refusals_line(struct refusals *refusals, uint32_t ike_id, const char *message,
		   struct refusal *out)
{
	const struct pattern *pattern = pattern_of(message);
	struct refusal_attempt *attempt;

	if (!ike_id)
		return false;
	attempt = attempt_of(refusals, ike_id);
	learn_peer(attempt, message);
	learn_offer(attempt, message);
	if (!pattern || !is_news(attempt, pattern))
		return false;
	*out = (struct refusal){ .peer = attempt->peer,
				 .reason = pattern->reason,
				 .offer = pattern->denial == SESSION_DENY_PROPOSALS ? attempt->offer
										    : "",
				 .denial = pattern->denial };
	return true;
}
