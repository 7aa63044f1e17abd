/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "session/expiry.h"
#include "session/grant.h"
#include "session/machine.h"
#include "session/pace.h"
#include "session/report.h"
#include "session/text.h"

/*
 * Records of sessions, as they outlive l2tpgwd. A field that is absent is zero, so that a newer
 * l2tpgwd takes over what an older one wrote; what is there must be right.
 */
#define DIAL_TIME 60000u                 /* ms */
#define WALL_MAX  UINT64_C(253402300799) /* the year 9999 */

enum field_type { FIELD_TEXT, FIELD_BOOL, FIELD_U16, FIELD_U32, FIELD_U64, FIELD_WALL };

#define FIELD(type_, name_, member)                                                           \
	{                                                                                     \
		.type = (type_), .name = (name_), .offset = offsetof(struct session, member), \
		.size = sizeof(((struct session *)NULL)->member)                              \
	}

static const struct field {
	enum field_type type;
	const char *name;
	size_t offset, size;
} layout[] = {
	FIELD(FIELD_TEXT, "id", id),
	FIELD(FIELD_WALL, "since", since),
	FIELD(FIELD_WALL, "secured", secured),
	FIELD(FIELD_U64, "life", life),
	FIELD(FIELD_BOOL, "sa", sa),
	FIELD(FIELD_U32, "ike", ike.id),
	FIELD(FIELD_U32, "local", ike.local),
	FIELD(FIELD_U16, "local_port", ike.local_port),
	FIELD(FIELD_U32, "remote", ike.remote),
	FIELD(FIELD_U16, "remote_port", ike.remote_port),
	FIELD(FIELD_BOOL, "nat_local", ike.nat_local),
	FIELD(FIELD_BOOL, "nat_remote", ike.nat_remote),
	FIELD(FIELD_TEXT, "identity", ike.identity),
	FIELD(FIELD_TEXT, "initiator_spi", ike.initiator_spi),
	FIELD(FIELD_TEXT, "responder_spi", ike.responder_spi),
	FIELD(FIELD_TEXT, "ike_proposal", ike.proposal),
	FIELD(FIELD_U32, "child", child.id),
	FIELD(FIELD_U32, "mark", child.mark),
	FIELD(FIELD_U32, "spi_in", child.spi_in),
	FIELD(FIELD_U32, "spi_out", child.spi_out),
	FIELD(FIELD_BOOL, "encap", child.encap),
	FIELD(FIELD_TEXT, "esp_proposal", child.proposal),
	FIELD(FIELD_U32, "worker", worker),
	FIELD(FIELD_U32, "tunnel", tunnel),
	FIELD(FIELD_U32, "call", call),
	FIELD(FIELD_U32, "pid", pppd.pid),
	FIELD(FIELD_U64, "start", pppd.start),
	FIELD(FIELD_TEXT, "auth", auth),
	FIELD(FIELD_TEXT, "user", user),
	FIELD(FIELD_U32, "address", address),
	FIELD(FIELD_TEXT, "ifname", ifname),
	FIELD(FIELD_U32, "mtu", mtu),
	FIELD(FIELD_U64, "rx_bytes", rx_bytes),
	FIELD(FIELD_U64, "tx_bytes", tx_bytes),
	FIELD(FIELD_U32, "logins", logins),
	FIELD(FIELD_BOOL, "was_up", was_up),
	FIELD(FIELD_U32, "source", terms.source),
	FIELD(FIELD_TEXT, "group", terms.group),
	FIELD(FIELD_TEXT, "pool", terms.pool),
	FIELD(FIELD_U32, "fixed", terms.address),
	FIELD(FIELD_U32, "idle_timeout", terms.idle_timeout),
	FIELD(FIELD_U32, "session_timeout", terms.session_timeout),
	FIELD(FIELD_U32, "interim", terms.interim),
	FIELD(FIELD_U64, "rate_down", terms.rate.down),
	FIELD(FIELD_U64, "rate_up", terms.rate.up),
	FIELD(FIELD_TEXT, "class", terms.class),
	FIELD(FIELD_BOOL, "said_pool", terms.said.pool),
	FIELD(FIELD_BOOL, "said_idle", terms.said.idle_timeout),
	FIELD(FIELD_BOOL, "said_session", terms.said.session_timeout),
	FIELD(FIELD_BOOL, "said_down", terms.said.down),
	FIELD(FIELD_BOOL, "said_up", terms.said.up),
};

static uint64_t field_value(const struct field *field, const void *at)
{
	int64_t wall;

	switch (field->type) {
	case FIELD_BOOL:
		return *(const bool *)at;
	case FIELD_U16:
		return *(const uint16_t *)at;
	case FIELD_U32:
		return *(const uint32_t *)at;
	case FIELD_U64:
		return *(const uint64_t *)at;
	case FIELD_WALL:
		wall = *(const int64_t *)at;
		return wall > 0 ? (uint64_t)wall : 0;
	case FIELD_TEXT:
		break;
	}
	return 0;
}

static uint64_t field_max(const struct field *field)
{
	static const uint64_t max[] = {
		[FIELD_TEXT] = 0,         [FIELD_BOOL] = 1,         [FIELD_U16] = UINT16_MAX,
		[FIELD_U32] = UINT32_MAX, [FIELD_U64] = UINT64_MAX, [FIELD_WALL] = WALL_MAX,
	};

	return max[field->type];
}

static void field_store(const struct field *field, void *at, uint64_t value)
{
	switch (field->type) {
	case FIELD_BOOL:
		*(bool *)at = value != 0;
		break;
	case FIELD_U16:
		*(uint16_t *)at = (uint16_t)value;
		break;
	case FIELD_U32:
		*(uint32_t *)at = (uint32_t)value;
		break;
	case FIELD_U64:
		*(uint64_t *)at = value;
		break;
	case FIELD_WALL:
		*(int64_t *)at = (int64_t)value;
		break;
	case FIELD_TEXT:
		break;
	}
}

void session_encode(const struct session *session, struct fields *fields)
{
	fields_init(fields);
	fields_put_number(fields, SESSION_FORMAT_FIELD, SESSION_FORMAT);
	fields_put(fields, "state", session_state_name(session->state));
	fields_put(fields, "reason", session_reason_name(session->reason));
	for (size_t i = 0; i < array_size(layout); i++) {
		const char *at = (const char *)session + layout[i].offset;

		if (layout[i].type == FIELD_TEXT)
			fields_put(fields, layout[i].name, at);
		else
			fields_put_number(fields, layout[i].name, field_value(&layout[i], at));
	}
}

static bool decode_field(const struct fields *fields, const struct field *field,
			 struct session *session)
{
	const char *text = fields_get(fields, field->name);
	char *at = (char *)session + field->offset;
	uint64_t value;

	if (!text)
		return true;
	if (field->type == FIELD_TEXT) {
		if (strlen(text) >= field->size || !text_is_printable(text))
			return false;
		text_copy(at, field->size, text);
		return true;
	}
	if (!fields_number(fields, field->name, field_max(field), &value))
		return false;
	field_store(field, at, value);
	return true;
}

static bool decode_names(const struct fields *fields, struct session *session)
{
	const char *state = fields_get(fields, "state"), *reason = fields_get(fields, "reason");
	unsigned s = SESSION_SECURED, r = SESSION_REASON_NONE;

	if (!state || !reason)
		return false;
	while (s < SESSION_STATES && strcmp(session_state_name(s), state) != 0)
		s++;
	while (r < SESSION_REASONS && strcmp(session_reason_name(r), reason) != 0)
		r++;
	session->state = s;
	session->reason = r;
	return s < SESSION_STATES && r < SESSION_REASONS;
}

/* What holds in each state, see session.h. */
static bool makes_sense(const struct session *session)
{
	bool login = session->pppd.pid != 0;

	if (!session->id[0] || !session->child.mark || !session->life ||
	    session->worker > FABRIC_WORKERS_MAX || session->terms.source > TERMS_RADIUS ||
	    login != (session->user[0] && session->address != 0))
		return false;
	switch (session->state) {
	case SESSION_NONE:
		return false;
	case SESSION_SECURED:
		return session->sa && !login;
	case SESSION_DIALING:
	case SESSION_UP:
		return session->sa && login;
	case SESSION_CLOSING:
		return session->sa || login;
	}
	return false;
}

static bool is_known_format(const struct fields *fields)
{
	uint64_t format;

	return !fields_get(fields, SESSION_FORMAT_FIELD) ||
	       fields_number(fields, SESSION_FORMAT_FIELD, SESSION_FORMAT, &format);
}

static int decode(const struct fields *fields, struct session *session, struct err *err)
{
	memset(session, 0, sizeof(*session));
	if (!is_known_format(fields))
		return err_set(err, ERR_FAILED, "session record: of a format that is not known");
	if (fields->failed || !decode_names(fields, session))
		return err_set(err, ERR_FAILED, "session record: malformed");
	for (size_t i = 0; i < array_size(layout); i++) {
		if (!decode_field(fields, &layout[i], session))
			return err_set(err, ERR_FAILED, "session record: bad field %s",
				       layout[i].name);
	}
	if (!makes_sense(session))
		return err_set(err, ERR_FAILED, "session record: contradicts itself");
	session->slot = fabric_slot(session->child.mark);
	session->deadline = TABLE_NEVER;
	return 0;
}

int session_record_pppd(const struct fields *fields, struct session_pid *pppd, struct err *err)
{
	struct session session;

	if (decode(fields, &session, err) < 0)
		return -1;
	*pppd = session.pppd;
	return 0;
}

/* One user may have a static address twice while the newer login has not shown the password. */
static bool may_share(const struct session *a, const struct session *b)
{
	return a->state == SESSION_CLOSING || b->state == SESSION_CLOSING ||
	       (!strcmp(a->user, b->user) &&
		(a->state == SESSION_DIALING || b->state == SESSION_DIALING));
}

static bool is_free(const struct session_table *table, const struct session *session)
{
	if (table->slots[session->slot] || table_find_pid(table, session->pppd))
		return false;
	table_foreach(other, table)
	{
		if (!strcmp(other->id, session->id))
			return false;
		if (session->address && other->address == session->address &&
		    !may_share(other, session))
			return false;
	}
	return true;
}

static struct session *insert(struct session_table *table, const struct session *decoded)
{
	struct session *session = table_add(table, decoded->slot);
	enum session_state state = session->state;

	*session = *decoded;
	session->state = state;
	pace_forget(session);
	table_state(table, session, decoded->state);
	(void)addresses_claim(table->addresses, session->address);
	return session;
}

/* A record from before there were terms is of a local user. */
static void take_terms(struct session_table *table, struct session *session, struct session_now now)
{
	int64_t up = now.wall - session->since;

	if (!session->pppd.pid)
		return;
	if (session->terms.source == TERMS_NONE)
		session->terms.source = TERMS_LOCAL;
	(void)terms_follow(&session->terms, table->policy, session->user);
	session->last_moved = now.ms;
	session->up = up > 0 && (uint64_t)up < now.ms / 1000 ? now.ms - (uint64_t)up * 1000 : 0;
	(void)holders_take(table->holders, session->address, session->user); /* they are its own */
	grant_given(table, session);
}

static void resume(struct session_table *table, struct session *session, struct session_now now)
{
	switch (session->state) {
	case SESSION_NONE:
		break;
	case SESSION_SECURED:
		if (session_orphaned(table, session))
			machine_orphan(session, now);
		break;
	case SESSION_DIALING:
		session->deadline = now.ms + DIAL_TIME;
		break;
	case SESSION_UP:
		report_restored(table, session);
		break;
	case SESSION_CLOSING:
		session->deadline = now.ms;
		break;
	}
}

int session_restore(struct session_table *table, struct session_now now,
		    const struct fields *fields, const struct session_end *end, struct err *err)
{
	struct event event = { .kind = EVENT_PPPD_ENDED, .now = now, .end = end };
	struct session decoded, *session;

	if (decode(fields, &decoded, err) < 0)
		return -1;
	if (!is_free(table, &decoded))
		return err_set(err, ERR_FAILED,
			       "session record %s: its slot, process or address is taken",
			       decoded.id);
	session = insert(table, &decoded);
	expiry_forget(table);
	take_terms(table, session, now);
	resume(table, session, now);
	if (session->pppd.pid && end)
		machine_run(table, session, &event);
	return 0;
}
