/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/radius_order.h"

#include <string.h>

#include "base/cleanup.h"

typedef enum radius_cause take_fn(const struct radius_attribute *attribute,
				  struct radius_order *order);

static enum radius_cause take_text(const struct radius_attribute *attribute,
				   char out[RADIUS_VALUE_MAX + 1])
{
	for (size_t i = 0; i < attribute->len; i++) {
		if (attribute->value[i] < ' ' || attribute->value[i] > '~')
			return RADIUS_INVALID_VALUE;
	}
	if (*out || !attribute->len)
		return RADIUS_INVALID_VALUE;
	memcpy(out, attribute->value, attribute->len);
	return RADIUS_NO_CAUSE;
}

static enum radius_cause take_session(const struct radius_attribute *attribute,
				      struct radius_order *order)
{
	return take_text(attribute, order->session);
}

static enum radius_cause take_user(const struct radius_attribute *attribute,
				   struct radius_order *order)
{
	return take_text(attribute, order->user);
}

static enum radius_cause take_peer(const struct radius_attribute *attribute,
				   struct radius_order *order)
{
	return take_text(attribute, order->peer);
}

static enum radius_cause take_nas(const struct radius_attribute *attribute,
				  struct radius_order *order)
{
	return take_text(attribute, order->nas_identifier);
}

static enum radius_cause take_number(const struct radius_attribute *attribute, uint32_t *value)
{
	return radius_u32(attribute, value) ? RADIUS_NO_CAUSE : RADIUS_INVALID_VALUE;
}

static enum radius_cause take_address(const struct radius_attribute *attribute,
				      struct radius_order *order)
{
	return take_number(attribute, &order->address);
}

static enum radius_cause take_nas_address(const struct radius_attribute *attribute,
					  struct radius_order *order)
{
	return take_number(attribute, &order->nas_address);
}

static enum radius_cause take_port(const struct radius_attribute *attribute,
				   struct radius_order *order)
{
	order->has_port = true;
	return take_number(attribute, &order->port);
}

static enum radius_cause take_date(const struct radius_attribute *attribute,
				   struct radius_order *order)
{
	order->dated = true;
	return take_number(attribute, &order->date);
}

/* Authorize Only (RFC 5176, 3.2) is no service of ours either. */
static enum radius_cause take_service(const struct radius_attribute *attribute,
				      struct radius_order *order)
{
	uint32_t service;

	(void)order;
	if (!radius_u32(attribute, &service))
		return RADIUS_INVALID_VALUE;
	return service == RADIUS_SERVICE_FRAMED ? RADIUS_NO_CAUSE : RADIUS_UNSUPPORTED_SERVICE;
}

/* Read by radius_terms_read(), or of no consequence. */
static enum radius_cause take_nothing(const struct radius_attribute *attribute,
				      struct radius_order *order)
{
	(void)attribute;
	(void)order;
	return RADIUS_NO_CAUSE;
}

/* What is not here is not supported, and a request that has it is not carried out (3.3). */
static const struct {
	uint32_t vendor;
	uint8_t type;
	bool changes; /* only of CoA */
	take_fn *take;
} known[] = {
	{ RADIUS_NO_VENDOR, RADIUS_ACCT_SESSION_ID, false, take_session },
	{ RADIUS_NO_VENDOR, RADIUS_USER_NAME, false, take_user },
	{ RADIUS_NO_VENDOR, RADIUS_CALLING_STATION_ID, false, take_peer },
	{ RADIUS_NO_VENDOR, RADIUS_FRAMED_IP_ADDRESS, false, take_address },
	{ RADIUS_NO_VENDOR, RADIUS_NAS_PORT, false, take_port },
	{ RADIUS_NO_VENDOR, RADIUS_NAS_IDENTIFIER, false, take_nas },
	{ RADIUS_NO_VENDOR, RADIUS_NAS_IP_ADDRESS, false, take_nas_address },
	{ RADIUS_NO_VENDOR, RADIUS_EVENT_TIMESTAMP, false, take_date },
	{ RADIUS_NO_VENDOR, RADIUS_SERVICE_TYPE, false, take_service },
	{ RADIUS_NO_VENDOR, RADIUS_MESSAGE_AUTHENTICATOR, false, take_nothing },
	{ RADIUS_NO_VENDOR, RADIUS_PROXY_STATE, false, take_nothing },
	{ RADIUS_NO_VENDOR, RADIUS_REPLY_MESSAGE, false, take_nothing },
	{ RADIUS_NO_VENDOR, RADIUS_CLASS, false, take_nothing },
	{ RADIUS_NO_VENDOR, RADIUS_ACCT_TERMINATE_CAUSE, false, take_nothing },
	{ RADIUS_NO_VENDOR, RADIUS_FILTER_ID, true, take_nothing },
	{ RADIUS_NO_VENDOR, RADIUS_SESSION_TIMEOUT, true, take_nothing },
	{ RADIUS_NO_VENDOR, RADIUS_IDLE_TIMEOUT, true, take_nothing },
	{ RADIUS_NO_VENDOR, RADIUS_ACCT_INTERIM_INTERVAL, true, take_nothing },
	{ RADIUS_WISPR, RADIUS_WISPR_MAX_DOWN, true, take_nothing },
	{ RADIUS_WISPR, RADIUS_WISPR_MAX_UP, true, take_nothing },
};

static enum radius_cause take(const struct radius_attribute *attribute, struct radius_order *order)
{
	for (size_t i = 0; i < array_size(known); i++) {
		if (known[i].vendor != attribute->vendor || known[i].type != attribute->type)
			continue;
		if (known[i].changes && order->disconnect)
			return RADIUS_UNSUPPORTED_ATTRIBUTE;
		return known[i].take(attribute, order);
	}
	return RADIUS_UNSUPPORTED_ATTRIBUTE;
}

bool radius_order_names(const struct radius_order *order)
{
	return *order->session || *order->user || *order->peer || order->address || order->has_port;
}

enum radius_cause radius_order_read(const struct radius_view *view, struct radius_order *order)
{
	struct radius_attribute attribute = { 0 };
	enum radius_cause cause;
	struct err ignored;

	*order = (struct radius_order){ .disconnect = view->code == RADIUS_DISCONNECT_REQUEST };
	while (radius_next(view, &attribute)) {
		cause = take(&attribute, order);
		if (cause != RADIUS_NO_CAUSE)
			return cause;
	}
	if (radius_terms_read(view, &order->terms, &ignored) < 0)
		return RADIUS_INVALID_VALUE;
	return radius_order_names(order) ? RADIUS_NO_CAUSE : RADIUS_MISSING_ATTRIBUTE;
}

void radius_order_answer(const struct radius_view *request, enum radius_cause cause,
			 struct radius_packet *answer)
{
	bool disconnect = request->code == RADIUS_DISCONNECT_REQUEST;
	struct radius_attribute attribute = { 0 };

	if (cause == RADIUS_NO_CAUSE)
		radius_begin(answer, disconnect ? RADIUS_DISCONNECT_ACK : RADIUS_COA_ACK, true);
	else
		radius_begin(answer, disconnect ? RADIUS_DISCONNECT_NAK : RADIUS_COA_NAK, true);
	while (radius_next(request, &attribute)) {
		if (!attribute.vendor && attribute.type == RADIUS_PROXY_STATE)
			radius_put(answer, RADIUS_PROXY_STATE, attribute.value, attribute.len);
	}
	if (cause != RADIUS_NO_CAUSE)
		radius_put_u32(answer, RADIUS_ERROR_CAUSE, cause);
}
