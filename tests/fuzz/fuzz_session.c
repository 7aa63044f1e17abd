/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Three inputs by the first byte: a tree as charon's messages make them, a session's record, or a
 * stream of events for the table. Built as the daemon uses it: what is parsed goes into the table.
 */
#include <stdlib.h>
#include <string.h>

#include "session/session.h"

#define DEPTH_MAX 6

struct input {
	const uint8_t *data;
	size_t len;
};

static uint8_t byte(struct input *in)
{
	if (!in->len)
		return 0;
	in->len--;
	return *in->data++;
}

static uint32_t word(struct input *in)
{
	uint32_t high = byte(in);

	return high << 8 | byte(in);
}

static const char *const names[] = {
	"up",         "l2tpgw",       "child-sas",    "old",           "new",
	"uniqueid",   "state",        "remote-host",  "remote-port",   "remote-id",
	"local-host", "local-port",   "nat-remote",   "initiator-spi", "responder-spi",
	"encr-alg",   "encr-keysize", "integ-alg",    "prf-alg",       "dh-group",
	"esn",        "mark-in",      "mark-out",     "mark-mask-in",  "spi-in",
	"spi-out",    "bytes-in",     "install-time", "encap",         "l2tpgw-1",
};
static const char *const values[] = {
	"yes", "INSTALLED", "REKEYED", "1",       "2",   "1001",
	"",    "10.0.0.1",  "ffff",    "AES_CBC", "256", "4294967296"
};
static const char *const events[] = { "ike-updown",  "ike-update", "ike-rekey", "child-updown",
				      "child-rekey", "list-sa",    "log" };
static const char *const users[] = { "alice", "bob", "carol", "mallory" };

#define PICK(array, in) ((array)[byte(in) % (sizeof(array) / sizeof((array)[0]))])

static void grow(struct input *in, struct arena *arena, struct tree *parent, unsigned depth)
{
	while (in->len) {
		uint8_t kind = byte(in) % 3;
		const char *name = PICK(names, in);

		if (kind == 0) {
			return;
		} else if (kind == 1 && depth < DEPTH_MAX) {
			grow(in, arena, tree_section(arena, parent, name), depth + 1);
		} else if (kind == 2) {
			size_t len = byte(in);

			len = len < in->len ? len : in->len;
			tree_bytes(arena, parent, name, in->data, len);
			in->data += len;
			in->len -= len;
		} else {
			tree_value(arena, parent, name, PICK(values, in));
		}
	}
}

static void drain(struct session_table *table, struct session_now now)
{
	struct session_action action;
	struct fields fields;

	while (session_next(table, &action)) {
		const struct session *session = session_by_slot(table, action.slot);

		if (!session || action.kind != SESSION_WRITE)
			continue;
		session_encode(session, &fields);
		if (fields.failed)
			abort();
		json_decref(session_json(table, session, now));
	}
}

static void feed_tree(struct input *in, struct session_table *table, struct session_now now)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *root = tree_new(arena);
	const char *event = PICK(events, in);
	struct sa_event sa;
	struct err err;

	grow(in, arena, root, 0);
	if (!sa_parse(event, root, arena, &sa, &err))
		session_sa(table, now, &sa);
}

static void feed_record(struct input *in, struct session_table *table, struct session_now now)
{
	const struct session_end end = { .how = SESSION_VANISHED };
	bool alive = byte(in) & 1;
	struct session_pid pppd;
	struct fields fields;
	struct err err;

	if (!fields_decode(&fields, in->data, in->len))
		return;
	(void)session_record_pppd(&fields, &pppd, &err);
	(void)session_restore(table, now, &fields, alive ? NULL : &end, &err);
}

static void feed_sa(struct input *in, struct session_table *table, struct session_now now)
{
	struct sa_child child = { .id = byte(in) % 16 + 1,
				  .mark = word(in) % 5000,
				  .state = byte(in) % 3 };
	struct sa_event event = { .kind = byte(in) % (SA_LISTED + 1),
				  .ike = { .id = byte(in) % 16 + 1, .remote_port = byte(in) },
				  .old_ike = byte(in) % 16,
				  .old_child = byte(in) % 16,
				  .children = &child,
				  .children_count = 1 };

	session_sa(table, now, &event);
}

#define PASSWORD "the password of all"

static void feed_login(struct input *in, struct session_table *table, struct session_now now)
{
	struct session_request request = { .vip = FABRIC_VIP_NET + word(in) % 5000,
					   .pppd = { .pid = byte(in) % 32, .start = byte(in) % 3 },
					   .worker = byte(in) % 20,
					   .tunnel = byte(in),
					   .user = PICK(users, in),
					   .auth = "mschapv2" };
	struct mschap_proof proof = { .flags = 0 };
	struct session_answer answer;
	uint8_t hash[MSCHAP_HASH_SIZE];

	request.ifname = request.tunnel & 1 ? "l2tpgw1" : NULL;
	mschap_hash(byte(in) % 4 ? PASSWORD : "a guess", hash);
	mschap_respond(&proof, request.user, hash, proof.response);
	request.proof = &proof;
	(void)session_admit(table, now, &request, byte(in) & 1, &answer);
}

static void feed_ppp(struct input *in, struct session_table *table, struct session_now now)
{
	struct session_pid pppd = { .pid = byte(in) % 32, .start = byte(in) % 3 };
	struct session_link link = { .pppd = pppd, .ifname = "l2tpgw1", .mtu = byte(in) };
	struct session_end end = { .pppd = pppd,
				   .how = byte(in) % 3,
				   .code = (int)byte(in) - 5,
				   .counted = byte(in) & 1,
				   .rx_bytes = byte(in) };

	switch (byte(in) % 5) {
	case 0:
		session_ppp_up(table, now, &link);
		break;
	case 1:
		session_ppp_down(table, now, &end);
		break;
	case 2:
		session_pppd_ended(table, now, &end);
		break;
	}
}

static void feed_other(struct input *in, struct session_table *table, struct session_now now)
{
	switch (byte(in) % 9) {
	case 8:
		session_psk_failed(table, now, word(in));
		break;
	case 0:
		session_snapshot_begin(table, now);
		break;
	case 1:
		session_snapshot_end(table, now);
		break;
	case 2:
		session_snapshot_abort(table);
		break;
	case 3:
		session_charon_died(table, now);
		break;
	case 4:
		session_charon_up(table, now, byte(in) % 3 + 1u);
		break;
	case 5:
		session_worker_died(table, now, byte(in) % 16);
		break;
	case 6:
		session_close(table, now, word(in), byte(in) % SESSION_REASONS);
		break;
	case 7:
		(void)session_mark_skip(table, word(in));
		break;
	}
	session_counters(table, now, word(in), byte(in), byte(in));
}

static void feed_stream(struct input *in, struct session_table *table, struct session_now now)
{
	typedef void feed_fn(struct input *, struct session_table *, struct session_now);
	static feed_fn *const feeds[] = { feed_sa, feed_login, feed_ppp, feed_other };

	while (in->len) {
		feeds[byte(in) % 4](in, table, now);
		drain(table, now);
		now.ms += byte(in) * 100u;
		(void)session_tick(table, now);
	}
}

static struct policy_group groups[] = {
	{ .name = "default", .idle_timeout = 3, .session_timeout = 60, .user_sessions = 2 },
};

static struct policy_user accounts[] = {
	{ .name = "alice", .group = "default", .password = PASSWORD },
	{ .name = "bob", .group = "default", .password = PASSWORD, .address = 0x0a090002 },
	{ .name = "carol", .group = "default", .password = PASSWORD, .disabled = true },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy policy = { .l2tp.max_sessions = 4,
				 .firewall.brute_force = { .failures = 2, .window = 60, .ban = 60 },
				 .groups = groups,
				 .groups_count = 1,
				 .addresses = { .pool = { 0x0a090000, 29 }, .local = 0x0a090001 },
				 .users = accounts,
				 .users_count = 3 };
	struct session_table *table = session_table_new(&policy);
	struct session_now now = { .ms = 0, .wall = 1700000000 };
	struct input in = { data, size };
	uint8_t kind = byte(&in) % 3;

	session_charon_up(table, now, 1);
	if (kind == 0)
		feed_tree(&in, table, now);
	else if (kind == 1)
		feed_record(&in, table, now);
	else
		feed_stream(&in, table, now);
	drain(table, now);
	session_table_free(table);
	return 0;
}
