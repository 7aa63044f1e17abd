/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "daemon/message.h"
#include "session/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static struct policy_group group = { .name = "default", .session_timeout = 60 };
static struct policy_user user = { .name = "alice", .group = "default", .password = "secret" };

/* What daemon/admission.c makes of a message. */
static void hear(struct session_table *table, struct session_now now, const struct message *message)
{
	const struct session_request request = { .vip = message->vip,
						 .pppd = message->pppd,
						 .worker = message->parent & 1,
						 .tunnel = message->tunnel,
						 .call = message->call,
						 .user = message->user,
						 .auth = message->protocol,
						 .ifname = message->ifname,
						 .proof = &message->proof };
	const struct session_link link = { .pppd = message->pppd,
					   .ifname = message->ifname,
					   .address = message->address,
					   .mtu = message->mtu };
	const struct session_end end = { .pppd = message->pppd,
					 .how = SESSION_EXITED,
					 .code = (int)message->status,
					 .counted = message->counted,
					 .rx_bytes = message->rx,
					 .tx_bytes = message->tx };
	struct session_answer answer;

	switch (message->kind) {
	case MESSAGE_START:
		break;
	case MESSAGE_ADMIT:
		if (session_admit(table, now, &request, true, &answer) == SESSION_ADMIT)
			must(answer.address && *answer.message &&
			     !strcmp(message->user, user.name));
		break;
	case MESSAGE_REFUSED:
		break;
	case MESSAGE_UP:
		session_ppp_up(table, now, &link);
		break;
	case MESSAGE_DOWN:
		session_ppp_down(table, now, &end);
		break;
	}
}

/* One client that has a SA: slot 7. */
static struct session_table *make_table(const struct policy *policy, struct session_now now)
{
	struct session_table *table = session_table_new(policy);
	struct sa_child child = { .id = 1, .mark = 7, .state = SA_CHILD_LIVE };
	struct sa_event event = { .kind = SA_CHILD_UP, .children = &child, .children_count = 1 };

	event.ike.id = 1;
	event.ike.remote = 0xcb007109;
	session_charon_up(table, now, 1);
	session_sa(table, now, &event);
	return table;
}

/* Several packets, each behind its length in two bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct policy policy;
	struct session_now now = { .ms = 1000, .wall = 1000000 };
	struct session_action action;
	struct session_table *table;

	policy.groups = &group;
	policy.groups_count = 1;
	policy.users = &user;
	policy.users_count = 1;
	policy.l2tp.max_sessions = 4;
	policy.addresses.pool = (struct ip4_net){ 0x0a000000, 24 };
	policy.addresses.local = 0x0a000001;
	table = make_table(&policy, now);
	while (size > 2) {
		size_t len = data[0] | (size_t)data[1] << 8;
		struct fields fields;
		struct message message;

		len = len < size - 2 ? len : size - 2;
		if (fields_decode(&fields, data + 2, len) && message_read(&fields, &message)) {
			must(message.pppd.pid && message.kind < MESSAGE_KINDS);
			hear(table, now, &message);
		}
		data += 2 + len;
		size -= 2 + len;
		now.ms += 100;
		(void)session_tick(table, now);
		while (session_next(table, &action))
			;
	}
	session_table_free(table);
	return 0;
}
