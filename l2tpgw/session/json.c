/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/ip4.h"
#include "base/rfc3339.h"
#include "session/limits.h"
#include "session/session.h"

static json_t *text_or_null(const char *text)
{
	return text && text[0] ? json_string(text) : json_null();
}

static json_t *number_or_null(uint64_t number)
{
	return number ? json_integer((json_int_t)number) : json_null();
}

static json_t *address_or_null(uint32_t address)
{
	char text[IP4_TEXT_MAX];

	return address ? json_string(ip4_text(address, text)) : json_null();
}

static json_t *spi_or_null(uint32_t spi)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%08x", spi);
	return spi ? json_string(text) : json_null();
}

static json_t *time_or_null(int64_t wall)
{
	char text[RFC3339_MAX];

	return text_or_null(rfc3339_text(wall, text));
}

/* charon's own number, which swanctl takes; an orphan has none any more. */
static json_t *ike_id(const struct session_table *table, const struct session *session)
{
	char id[16];

	if (session_orphaned(table, session) || !session->sa || !session->ike.id)
		return json_null();
	(void)snprintf(id, sizeof(id), "%u", session->ike.id);
	return json_string(id);
}

/*
 * What of the chosen IKE proposal is one client's alone, as long as ipsec.ike_proposals prefers
 * SHA-2: only Windows then ends up with these elliptic curves and SHA-1, only ChromeOS proposes
 * MODP_3072, only Android to 11 AES with MODP_1024.
 */
static const struct {
	const char *proposal, *client;
} guesses[] = {
	{ "AES_CBC-256/HMAC_SHA1_96/PRF_HMAC_SHA1/ECP_384", "windows" },
	{ "AES_CBC-128/HMAC_SHA1_96/PRF_HMAC_SHA1/ECP_256", "windows" },
	{ "AES_CBC-128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_3072", "chromeos" },
	{ "AES_CBC-256/HMAC_SHA2_384_192/PRF_HMAC_SHA2_384/MODP_1024", "android" },
};

static const char *guess_client(const struct session *session)
{
	for (size_t i = 0; i < array_size(guesses); i++) {
		if (!strcmp(guesses[i].proposal, session->ike.proposal))
			return guesses[i].client;
	}
	return "unknown";
}

static json_t *numbered_or_null(uint32_t id)
{
	return id ? json_sprintf("%u", id) : json_null();
}

static json_t *peer_json(const struct session *session)
{
	return json_pack("{s:o, s:o, s:b}", "address", address_or_null(session->ike.remote), "port",
			 number_or_null(session->ike.remote_port), "behind_nat",
			 (int)session->ike.nat_remote);
}

static json_t *ike_json(const struct session_table *table, const struct session *session)
{
	return json_pack("{s:o, s:o, s:o}", "id", ike_id(table, session), "proposal",
			 text_or_null(session->ike.proposal), "identity",
			 text_or_null(session->ike.identity));
}

static json_t *esp_json(const struct session *session)
{
	return json_pack("{s:o, s:o, s:o, s:I}", "proposal", text_or_null(session->child.proposal),
			 "spi_in", spi_or_null(session->child.spi_in), "spi_out",
			 spi_or_null(session->child.spi_out), "mark",
			 (json_int_t)session->child.mark);
}

/* Of nobody's is nothing known. */
static json_t *terms_json(const struct session_table *table, const struct session *session,
			  struct session_now now)
{
	const struct session_terms *terms = &session->terms;

	if (terms->source == TERMS_NONE)
		return json_pack("{s:n, s:n, s:n, s:n, s:n, s:n}", "group", "source", "pool",
				 "rate", "class", "limits");
	return json_pack("{s:s, s:s, s:o, s:{s:o, s:o}, s:o, s:o}", "group", terms->group, "source",
			 terms_source_name(terms->source), "pool", text_or_null(terms->pool),
			 "rate", "down", number_or_null(terms->rate.down), "up",
			 number_or_null(terms->rate.up), "class", text_or_null(terms->class),
			 "limits", limits_json(table, session, now));
}

json_t *session_json(const struct session_table *table, const struct session *session,
		     struct session_now now)
{
	json_t *terms = terms_json(table, session, now), *entry;

	entry = json_pack(
	    "{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:I, s:o, s:o,"
	    " s:{s:o, s:o}, s:{s:o, s:o}, s:s}",
	    "id", session->id, "user", text_or_null(session->user), "state",
	    session_state_name(session->state), "since", time_or_null(session->since), "address",
	    address_or_null(session->address), "interface", text_or_null(session->ifname), "mtu",
	    number_or_null(session->mtu), "rx_bytes", (json_int_t)session->rx_bytes, "tx_bytes",
	    (json_int_t)session->tx_bytes, "peer", peer_json(session), "ike",
	    ike_json(table, session), "esp", esp_json(session), "slot", (json_int_t)session->slot,
	    "vip", address_or_null(fabric_vip(session->slot)), "worker",
	    number_or_null(session->worker), "l2tp", "tunnel", numbered_or_null(session->tunnel),
	    "session", numbered_or_null(session->call), "ppp", "pid",
	    number_or_null(session->pppd.pid), "auth", text_or_null(session->auth), "client",
	    guess_client(session));
	(void)json_object_update(entry, terms);
	json_decref(terms);
	return entry;
}
