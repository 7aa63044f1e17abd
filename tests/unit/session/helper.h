/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_SESSION_HELPER_H
#define L2TPGW_TESTS_SESSION_HELPER_H

/* A small policy, short ways to say what happens, and a record of what the table wants done. */
#include <stdio.h>
#include <string.h>

#include "base/ip4.h"
#include "session/session.h"

#define LIFE  77u
#define WALL  1700000000
#define PEER  0xcb007101u /* 203.0.113.1 */
#define POOL  0x0a090000u /* 10.9.0.0/24 */
#define FIXED (POOL + 50) /* bob's */

static struct policy_group test_groups[] = {
	{ .name = "default", .idle_timeout = POLICY_UNSET, .session_timeout = POLICY_UNSET },
	{ .name = "guests", .idle_timeout = POLICY_UNSET, .session_timeout = POLICY_UNSET },
};

static struct policy_user test_users[] = {
	{ .name = "alice", .group = "default", .password = "a-secret" },
	{ .name = "bob", .group = "default", .password = "b-secret", .address = FIXED },
	{ .name = "carol", .group = "default", .password = "c-secret", .disabled = true },
	{ .name = "dave", .group = "default", .password = "d-secret" },
	{ .name = "erin", .group = "default", .password = "e-secret", .expires = WALL },
};

static inline struct policy test_policy(void)
{
	struct policy policy = { 0 };

	policy.addresses.pool = (struct ip4_net){ .address = POOL, .bits = 24 };
	policy.addresses.local = POOL + 1;
	policy.l2tp.max_sessions = 10;
	policy.groups = test_groups;
	policy.groups_count = sizeof(test_groups) / sizeof(test_groups[0]);
	policy.users = test_users;
	policy.users_count = sizeof(test_users) / sizeof(test_users[0]);
	return policy;
}

static inline struct session_now at_ms(uint64_t ms)
{
	return (struct session_now){ .ms = ms, .wall = WALL + (int64_t)(ms / 1000) };
}

static inline struct sa_child test_child(uint32_t id, uint32_t mark)
{
	struct sa_child child = { .id = id,
				  .mark = mark,
				  .state = SA_CHILD_LIVE,
				  .spi_in = 0xc0000000u + id,
				  .spi_out = 0xd0000000u + id,
				  .proposal = "AES_GCM_16-256" };

	return child;
}

static inline struct sa_ike test_ike(uint32_t id, uint32_t remote, uint16_t port)
{
	struct sa_ike ike = { .id = id,
			      .remote = remote,
			      .remote_port = port,
			      .nat_remote = port != 500,
			      .proposal =
				  "AES_CBC-256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048",
			      .responder_spi = "00000000000000ff" };

	(void)snprintf(ike.identity, sizeof(ike.identity), "192.168.1.%u", port & 0xffu);
	(void)snprintf(ike.initiator_spi, sizeof(ike.initiator_spi), "%016x", id);
	return ike;
}

static inline void sa(struct session_table *table, uint64_t ms, enum sa_event_kind kind,
		      struct sa_ike ike, struct sa_child child, uint32_t old)
{
	struct sa_event event = { .kind = kind,
				  .ike = ike,
				  .old_ike = old,
				  .old_child = old,
				  .children = &child,
				  .children_count = 1 };

	session_sa(table, at_ms(ms), &event);
}

/* Client n: IKE_SA n, child 100 + n, mark n, from port 4500 + n of one NAT. */
static inline void secure(struct session_table *table, uint64_t ms, uint32_t n)
{
	sa(table, ms, SA_CHILD_UP, test_ike(n, PEER, (uint16_t)(4500 + n)), test_child(100 + n, n),
	   0);
}

static inline void unsecure(struct session_table *table, uint64_t ms, uint32_t n)
{
	sa(table, ms, SA_CHILD_DOWN, test_ike(n, PEER, (uint16_t)(4500 + n)),
	   test_child(100 + n, n), 0);
}

static inline struct session_pid pid_of(uint32_t pid)
{
	return (struct session_pid){ .pid = pid, .start = pid * 10ull };
}

/* What a client answers that knows the password. */
static inline struct mschap_proof proof_with(const char *user, const char *password)
{
	struct mschap_proof proof = { .challenge = "sixteen of ours",
				      .peer_challenge = "and of theirs" };
	uint8_t hash[MSCHAP_HASH_SIZE];

	mschap_hash(password, hash);
	mschap_respond(&proof, user, hash, proof.response);
	return proof;
}

static inline struct mschap_proof proof_of(const char *user)
{
	for (size_t i = 0; i < sizeof(test_users) / sizeof(test_users[0]); i++)
		if (!strcmp(test_users[i].name, user))
			return proof_with(user, test_users[i].password);
	return proof_with(user, "a guess");
}

static inline enum session_verdict ask_with(struct session_table *table, uint64_t ms, uint32_t slot,
					    uint32_t pid, const char *user,
					    const struct mschap_proof *proof, bool last,
					    struct session_answer *answer)
{
	struct session_request request = { .vip = fabric_vip(slot),
					   .pppd = pid_of(pid),
					   .worker = 1 + slot % 2,
					   .tunnel = 1000 + slot,
					   .call = 2000 + pid,
					   .user = user,
					   .auth = "mschapv2",
					   .proof = proof };

	return session_admit(table, at_ms(ms), &request, last, answer);
}

static inline enum session_verdict ask(struct session_table *table, uint64_t ms, uint32_t slot,
				       uint32_t pid, const char *user, bool last,
				       struct session_answer *answer)
{
	struct mschap_proof proof = proof_of(user);

	return ask_with(table, ms, slot, pid, user, &proof, last, answer);
}

static inline enum session_verdict dial(struct session_table *table, uint64_t ms, uint32_t slot,
					uint32_t pid, const char *user)
{
	struct session_answer answer;

	return ask(table, ms, slot, pid, user, false, &answer);
}

static inline void link_up(struct session_table *table, uint64_t ms, uint32_t slot, uint32_t pid)
{
	char ifname[SESSION_IFNAME_MAX];
	struct session_link link = { .pppd = pid_of(pid),
				     .ifname = session_ifname(slot, ifname),
				     .mtu = 1400 };

	session_ppp_up(table, at_ms(ms), &link);
}

/* Of a pppd that ended while nobody looked. */
static const struct session_end test_vanished = { .how = SESSION_VANISHED };

static inline void ended(struct session_table *table, uint64_t ms, uint32_t pid,
			 enum session_end_how how, int code)
{
	struct session_end end = { .pppd = pid_of(pid), .how = how, .code = code };

	session_pppd_ended(table, at_ms(ms), &end);
}

/* Client n is up as that user, with pppd 500 + n. */
static inline void connect_client(struct session_table *table, uint64_t ms, uint32_t n,
				  const char *user)
{
	secure(table, ms, n);
	assert_int_equal(dial(table, ms, fabric_slot(n), 500 + n, user), SESSION_ADMIT);
	link_up(table, ms, fabric_slot(n), 500 + n);
	assert_int_equal(session_by_slot(table, fabric_slot(n))->state, SESSION_UP);
}

/* What the queue held: how often each action, and the last of each. */
struct drained {
	unsigned count[SESSION_COUNT + 1];
	struct session_action last[SESSION_COUNT + 1];
	unsigned journals[SESSION_J_RESTORED + 1];
	struct session_report report[SESSION_J_RESTORED + 1];
};

static inline struct drained drain(struct session_table *table)
{
	struct drained drained;
	struct session_action action;

	memset(&drained, 0, sizeof(drained));
	while (session_next(table, &action)) {
		drained.count[action.kind]++;
		drained.last[action.kind] = action;
		if (action.kind != SESSION_JOURNAL)
			continue;
		drained.journals[action.report->kind]++;
		drained.report[action.report->kind] = *action.report;
	}
	return drained;
}

static inline struct session_table *test_table(const struct policy *policy)
{
	struct session_table *table = session_table_new(policy);

	session_charon_up(table, at_ms(0), LIFE);
	return table;
}

/* Clients 1 to `count` are up as alice; nothing is in the queue. */
static inline struct session_table *with_clients(const struct policy *policy, unsigned count)
{
	struct session_table *table = test_table(policy);

	for (uint32_t n = 1; n <= count; n++)
		connect_client(table, 0, n, "alice");
	(void)drain(table);
	return table;
}

#endif
