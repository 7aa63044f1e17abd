/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/account.h"

#include <string.h>

#include "session/reason.h"
#include "session/text.h"

bool account_is_of_gateway(enum account_event event)
{
	return event == ACCOUNT_ON || event == ACCOUNT_OFF;
}

void account_of(struct session_account *account, const struct session *session,
		enum account_event event, int64_t wall, enum session_reason reason)
{
	int64_t seconds = wall - session->since;

	*account = (struct session_account){
		.event = event,
		.wall = wall,
		.by_radius = session->terms.source == TERMS_RADIUS,
		.slot = session->slot,
		.address = session->address,
		.peer = session->ike.remote,
		.local = session->ike.local,
		.rx_bytes = session->rx_bytes,
		.tx_bytes = session->tx_bytes,
		.seconds = seconds > 0 && event != ACCOUNT_START ? (uint32_t)seconds : 0,
		.cause = event == ACCOUNT_STOP ? reason_cause(reason) : 0,
	};
	text_copy(account->id, sizeof(account->id), session->id);
	text_copy(account->user, sizeof(account->user), session->user);
	text_copy(account->class, sizeof(account->class), session->terms.class);
}

static const char *const events[ACCOUNT_EVENTS] = {
	[ACCOUNT_START] = "start", [ACCOUNT_INTERIM] = "interim", [ACCOUNT_STOP] = "stop",
	[ACCOUNT_ON] = "on",       [ACCOUNT_OFF] = "off",
};

void account_encode(const struct session_account *account, struct fields *fields)
{
	fields_init(fields);
	fields_put(fields, "event", events[account->event]);
	fields_put_number(fields, "wall", account->wall > 0 ? (uint64_t)account->wall : 0);
	fields_put(fields, "id", account->id);
	fields_put(fields, "user", account->user);
	fields_put_number(fields, "by_radius", account->by_radius);
	fields_put_number(fields, "slot", account->slot);
	fields_put_number(fields, "address", account->address);
	fields_put_number(fields, "peer", account->peer);
	fields_put_number(fields, "local", account->local);
	fields_put_number(fields, "rx_bytes", account->rx_bytes);
	fields_put_number(fields, "tx_bytes", account->tx_bytes);
	fields_put_number(fields, "seconds", account->seconds);
	fields_put_number(fields, "cause", account->cause);
	fields_put(fields, "class", account->class);
}

static bool decode_text(const struct fields *fields, const char *name, char *out, size_t size)
{
	const char *text = fields_get(fields, name);

	if (!text || strlen(text) >= size || !text_is_printable(text))
		return false;
	text_copy(out, size, text);
	return true;
}

static bool decode_u32(const struct fields *fields, const char *name, uint32_t *value)
{
	uint64_t number;

	if (!fields_number(fields, name, UINT32_MAX, &number))
		return false;
	*value = (uint32_t)number;
	return true;
}

static bool decode_event(const struct fields *fields, enum account_event *event)
{
	const char *name = fields_get(fields, "event");

	for (unsigned i = 0; name && i < ACCOUNT_EVENTS; i++) {
		*event = i;
		if (!strcmp(events[i], name))
			return true;
	}
	return false;
}

static bool decode_numbers(const struct fields *fields, struct session_account *account)
{
	uint64_t wall, by_radius;
	uint32_t cause;

	if (!fields_number(fields, "wall", INT64_MAX, &wall) ||
	    !fields_number(fields, "by_radius", 1, &by_radius) ||
	    !decode_u32(fields, "slot", &account->slot) ||
	    !decode_u32(fields, "address", &account->address) ||
	    !decode_u32(fields, "peer", &account->peer) ||
	    !decode_u32(fields, "local", &account->local) ||
	    !fields_number(fields, "rx_bytes", UINT64_MAX, &account->rx_bytes) ||
	    !fields_number(fields, "tx_bytes", UINT64_MAX, &account->tx_bytes) ||
	    !decode_u32(fields, "seconds", &account->seconds) ||
	    !decode_u32(fields, "cause", &cause))
		return false;
	account->wall = (int64_t)wall;
	account->by_radius = by_radius;
	account->cause = cause;
	return true;
}

int account_decode(const struct fields *fields, struct session_account *account, struct err *err)
{
	*account = (struct session_account){ 0 };
	if (!decode_event(fields, &account->event) || !decode_numbers(fields, account) ||
	    !decode_text(fields, "id", account->id, sizeof(account->id)) ||
	    !decode_text(fields, "user", account->user, sizeof(account->user)) ||
	    !decode_text(fields, "class", account->class, sizeof(account->class)))
		return err_set(err, ERR_FAILED, "accounting record: malformed");
	return 0;
}
