/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_RADIUS_ORDER_H
#define L2TPGW_DRIVE_RADIUS_ORDER_H

/* What a server orders of its own accord: a Disconnect-Request or CoA-Request (RFC 5176). Pure. */
#include "drive/radius_terms.h"

/* Error-Cause, RFC 5176, 3.6. */
enum radius_cause {
	RADIUS_NO_CAUSE = 0,
	RADIUS_UNSUPPORTED_ATTRIBUTE = 401,
	RADIUS_MISSING_ATTRIBUTE = 402,
	RADIUS_NAS_MISMATCH = 403,
	RADIUS_UNSUPPORTED_SERVICE = 405,
	RADIUS_INVALID_VALUE = 407,
	RADIUS_PROHIBITED = 501,
	RADIUS_NO_SESSION = 503,
	RADIUS_NO_RESOURCES = 506,
};

struct radius_order {
	bool disconnect;
	bool dated;
	uint32_t date; /* Event-Timestamp, seconds since the epoch */
	/* Whom it means; "" and 0 = not said. All that is said has to fit. */
	char session[RADIUS_VALUE_MAX + 1]; /* Acct-Session-Id */
	char user[RADIUS_VALUE_MAX + 1];
	char peer[RADIUS_VALUE_MAX + 1]; /* Calling-Station-Id */
	uint32_t address;                /* Framed-IP-Address */
	bool has_port;
	uint32_t port; /* NAS-Port */
	/* Whom it takes us for. */
	char nas_identifier[RADIUS_VALUE_MAX + 1];
	uint32_t nas_address;
	struct radius_terms terms; /* what is to change */
};

/* RADIUS_NO_CAUSE, or why it cannot be carried out. `view` is one of the two. */
enum radius_cause radius_order_read(const struct radius_view *view, struct radius_order *order);
/* Whether it names anybody. */
bool radius_order_names(const struct radius_order *order);
/* The answer but for its authenticators, with the Proxy-State of the request. */
void radius_order_answer(const struct radius_view *request, enum radius_cause cause,
			 struct radius_packet *answer);

#endif
