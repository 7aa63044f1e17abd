/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/radius_login.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/ip4.h"
#include "base/log.h"
#include "daemon/radius_link.h"
#include "drive/radius_refusal.h"

#define CHAP2_RESPONSE_MAX 50 /* RFC 2548, 2.3.2 */

/* ---- the question ---- */

static void put_address(struct radius_packet *packet, uint8_t type, uint32_t address)
{
	char text[IP4_TEXT_MAX];

	if (address)
		radius_put_text(packet, type, ip4_text(address, text));
}

static void put_proof(struct radius_packet *packet, const struct mschap_proof *proof)
{
	uint8_t response[CHAP2_RESPONSE_MAX] = { 0, proof->flags };

	memcpy(response + 2, proof->peer_challenge, sizeof(proof->peer_challenge));
	memcpy(response + 26, proof->response, sizeof(proof->response));
	radius_put_vendor(packet, RADIUS_MICROSOFT, RADIUS_MS_CHAP_CHALLENGE, proof->challenge,
			  sizeof(proof->challenge));
	radius_put_vendor(packet, RADIUS_MICROSOFT, RADIUS_MS_CHAP2_RESPONSE, response,
			  sizeof(response));
}

static void make_request(const struct gateway *gateway, const struct session_request *request,
			 struct radius_packet *packet)
{
	const struct session *session =
	    session_by_slot(gateway->sessions, request->vip - FABRIC_VIP_NET);
	char id[SESSION_ID_MAX];

	radius_begin(packet, RADIUS_ACCESS_REQUEST, true);
	radius_put_text(packet, RADIUS_USER_NAME, request->user);
	put_proof(packet, request->proof);
	radius_link_put_gateway(gateway->radius, packet);
	radius_link_put_service(packet);
	radius_put_u32(packet, RADIUS_EVENT_TIMESTAMP, (uint32_t)gateway_now().wall);
	if (!session)
		return;
	radius_link_put_port(packet, session->slot);
	put_address(packet, RADIUS_CALLING_STATION_ID, session->ike.remote);
	put_address(packet, RADIUS_CALLED_STATION_ID, session->ike.local);
	radius_put_text(packet, RADIUS_ACCT_SESSION_ID, session_next_id(session, id));
}

/* ---- the answer ---- */

static void take_terms(struct radius_login *login)
{
	const struct radius_terms *terms = &login->terms;

	hex_encode(terms->class, terms->class_len, login->class);
	/* As session/mschap.c says it to clients of local users. */
	(void)snprintf(login->message, sizeof(login->message), "%s%s", terms->success,
		       login->flags ? "" : " M=Access granted");
	login->said = (struct session_radius){
		.said = SESSION_RADIUS_ACCEPT,
		.message = login->message,
		.terms = { .group = terms->group,
			   .pool = terms->pool,
			   .address = terms->address,
			   .idle_timeout = terms->idle_timeout,
			   .session_timeout = terms->session_timeout,
			   .interim = terms->interim,
			   .rate = { .down = terms->down, .up = terms->up },
			   .class = login->class },
	};
}

static int take_accept(struct radius_login *login, const struct radius_view *answer,
		       struct err *err)
{
	if (radius_terms_read(answer, &login->terms, err) < 0)
		return -1;
	/* Else whoever answers need not have known the password. */
	if (!*login->terms.success)
		return err_set(err, ERR_FAILED, "it has no MS-CHAP2-Success");
	take_terms(login);
	return 0;
}

/* "Already logged in", outside its hours, a locked account: nobody guesses at a password there. */
static void take_refusal(struct radius_login *login, const struct radius_view *answer)
{
	struct radius_refusal refusal;

	radius_refusal_read(answer, &refusal);
	login->said.said = SESSION_RADIUS_REJECT;
	login->said.guess = refusal.of_password;
	if (!refusal.of_password)
		log_notice("RADIUS: a login is refused, but not for its password: %s",
			   refusal.text);
}

static void answered(void *user, const struct radius_view *answer, const struct err *why)
{
	struct radius_login *login = user;
	struct err err = { .code = ERR_NONE };

	login->asking = false;
	login->said = (struct session_radius){ .said = SESSION_RADIUS_SILENT };
	if (!answer)
		log_warning("RADIUS: %s", why->text);
	else if (answer->code != RADIUS_ACCESS_ACCEPT)
		take_refusal(login, answer);
	else if (take_accept(login, answer, &err) < 0) {
		log_warning("RADIUS: an Access-Accept is not taken: %s", err.text);
		login->said.said = SESSION_RADIUS_MALFORMED;
	}
	login->on_done(login->user);
}

bool radius_login_ask(struct radius_login *login, const struct session_request *request)
{
	struct radius_packet packet;
	struct err err = { .code = ERR_NONE };

	login->flags = request->proof->flags;
	login->said = (struct session_radius){ .said = SESSION_RADIUS_SILENT };
	make_request(login->gateway, request, &packet);
	login->asking = radius_link_ask(login->gateway->radius, RADIUS_ACCESS, &packet, answered,
					login, &err) == 0;
	if (!login->asking)
		log_warning("RADIUS: %s", err.text);
	return login->asking;
}

void radius_login_cancel(struct radius_login *login)
{
	if (login->asking)
		radius_link_cancel(login->gateway->radius, login);
	login->asking = false;
}
