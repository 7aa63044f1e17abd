/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "session/table.h"
#include "world.h"

/*
 * The table against a model of the world: charon, the kernel, pppd processes, and the record files.
 * The world does at random what clients and accidents do, loses and delays events, does what the
 * table asks for, and restarts the daemon. After each step the invariants of the table must hold;
 * when all is closed in the end, nothing may be left in either.
 */
#define STEPS 4000u

/* From a random place on, the first there is. */
static struct world_sa *any_sa(struct world *w)
{
	unsigned start = below(w, SAS);

	for (unsigned i = 0; i < SAS; i++) {
		if (w->sas[(start + i) % SAS].in_charon)
			return &w->sas[(start + i) % SAS];
	}
	return NULL;
}

static struct world_pppd *any_pppd(struct world *w)
{
	unsigned start = below(w, PPPDS);

	for (unsigned i = 0; i < PPPDS; i++) {
		if (w->pppds[(start + i) % PPPDS].alive)
			return &w->pppds[(start + i) % PPPDS];
	}
	return NULL;
}

static void client_connects(struct world *w)
{
	for (unsigned i = 0; i < SAS; i++) {
		struct world_sa *free_ = &w->sas[i];

		if (free_->in_kernel || free_->in_charon)
			continue;
		/* Now and then a mark comes round. */
		if (below(w, 16) == 0 && w->sas[0].mark)
			w->next_mark = w->sas[below(w, 8)].mark + FABRIC_SLOTS - 1;
		*free_ = (struct world_sa){ .in_kernel = true,
					    .in_charon = true,
					    .id = ++w->next_id,
					    .mark = ++w->next_mark,
					    .ike = ++w->next_id,
					    .port = (uint16_t)(4500 + below(w, 20)) };
		say_sa(w, free_, SA_CHILD_UP, 0);
		return;
	}
}

static void rekey(struct world *w)
{
	struct world_sa *found = any_sa(w);
	uint32_t old;

	if (!found)
		return;
	old = found->id;
	found->id = ++w->next_id;
	say_sa(w, found, SA_CHILD_REKEY, old);
}

static void reauthenticate(struct world *w)
{
	struct world_sa *found = any_sa(w), before;

	if (!found)
		return;
	before = *found;
	found->ike = ++w->next_id;
	say_sa(w, found, SA_IKE_UP, 0);
	say_sa(w, &before, SA_IKE_DOWN, 0);
}

static void rebind(struct world *w)
{
	struct world_sa *found = any_sa(w);

	if (!found)
		return;
	found->port++;
	say_sa(w, found, SA_IKE_UPDATE, 0);
}

static void client_vanishes(struct world *w)
{
	struct world_sa *found = any_sa(w);

	if (!found)
		return;
	if (below(w, 2))
		say_sa(w, found, SA_IKE_DOWN, 0);
	charon_forgets(w, found);
}

static void put_question(struct world *w, struct world_pppd *pppd)
{
	bool knows = below(w, 8);
	struct mschap_proof proof =
	    knows ? proof_of(pppd->user) : proof_with(pppd->user, "a guess");
	struct session_answer answer;
	enum session_verdict verdict = ask_with(w->table, w->ms, pppd->slot, pppd->pid, pppd->user,
						&proof, below(w, 4) == 0, &answer);

	assert_true(knows || verdict != SESSION_ADMIT);
	obey(w);
	pppd->waiting = verdict == SESSION_WAIT;
	pppd->admitted = verdict == SESSION_ADMIT;
	assert_true(!pppd->admitted == !answer.address);
	if (verdict == SESSION_DENY)
		pppd_dies(w, pppd, SESSION_EXITED, 11);
}

static void dials(struct world *w)
{
	const struct world_sa *found = below(w, 8) ? any_sa(w) : &w->sas[below(w, SAS)];

	for (unsigned i = 0; found && found->in_kernel && i < PPPDS; i++) {
		if (w->pppds[i].alive)
			continue;
		w->pppds[i] = (struct world_pppd){ .alive = true,
						   .pid = ++w->next_pid,
						   .slot = fabric_slot(found->mark),
						   .user = test_users[below(w, 4)].name };
		put_question(w, &w->pppds[i]);
		return;
	}
}

static void asks_again(struct world *w)
{
	struct world_pppd *found = any_pppd(w);

	if (found && found->waiting)
		put_question(w, found);
}

static void comes_up(struct world *w)
{
	struct world_pppd *found = any_pppd(w);

	if (found && found->admitted)
		link_up(w->table, w->ms, found->slot, found->pid);
}

static void pppd_exits(struct world *w)
{
	static const int codes[] = { 0, 1, 5, 11, 12, 13, 15, 16 };
	struct world_pppd *found = any_pppd(w);

	if (found)
		pppd_dies(w, found, SESSION_EXITED, codes[below(w, 8)]);
}

static void is_challenged_again(struct world *w)
{
	struct world_pppd *found = any_pppd(w);

	if (found && found->admitted)
		put_question(w, found);
}

static void kick(struct world *w)
{
	if (below(w, 8) == 0)
		session_close_user(w->table, at_ms(w->ms), "dave", SESSION_USER_DISABLED);
	else
		session_close(w->table, at_ms(w->ms), w->sas[below(w, SAS)].mark % FABRIC_SLOTS,
			      SESSION_KICKED);
}

static void snapshot(struct world *w)
{
	if (!w->in_snapshot) {
		session_snapshot_begin(w->table, at_ms(w->ms));
		w->in_snapshot = true;
		w->captured = false;
		return;
	}
	if (!w->captured) {
		memcpy(w->view, w->sas, sizeof(w->view));
		w->captured = true;
		return;
	}
	w->in_snapshot = false;
	for (unsigned i = 0; i < SAS; i++) {
		if (w->view[i].in_charon)
			sa(w->table, w->ms, SA_LISTED,
			   test_ike(w->view[i].ike, PEER, w->view[i].port),
			   test_child(w->view[i].id, w->view[i].mark), 0);
	}
	session_snapshot_end(w->table, at_ms(w->ms));
}

static void worker_dies(struct world *w)
{
	unsigned worker = 1 + below(w, 2);

	if (below(w, 20))
		return;
	for (unsigned i = 0; i < PPPDS; i++) {
		if (w->pppds[i].slot % 2 + 1 == worker && below(w, 2))
			pppd_dies(w, &w->pppds[i], SESSION_EXITED, 16);
	}
	session_worker_died(w->table, at_ms(w->ms), worker);
}

/* Other workers serve from now on; who is on another one may stay there. */
static void generation(struct world *w)
{
	uint8_t workers[FABRIC_SHARDS];

	for (size_t i = 0; i < sizeof(workers); i++)
		workers[i] = (uint8_t)(1 + below(w, 3));
	session_table_shards(w->table, workers);
	if (!below(w, 4))
		session_worker_ended(w->table, at_ms(w->ms), 3);
}

static void redials(struct world *w)
{
	session_redial(w->table, at_ms(w->ms), fabric_slot(w->sas[below(w, SAS)].mark));
}

/* SAs whose events were lost with charon: the daemon looks for them when it starts a new one. */
static void sweep_kernel(struct world *w)
{
	for (unsigned i = 0; i < SAS; i++) {
		const struct session *session =
		    session_by_slot(w->table, fabric_slot(w->sas[i].mark));

		if (!session || session->child.mark != w->sas[i].mark || !session->sa)
			w->sas[i].in_kernel = false;
	}
}

static void charon_dies(struct world *w)
{
	if (below(w, 20))
		return;
	for (unsigned i = 0; i < SAS; i++)
		w->sas[i].in_charon = false;
	session_charon_died(w->table, at_ms(w->ms));
	obey(w);
	sweep_kernel(w);
	w->in_snapshot = false;
	session_charon_up(w->table, at_ms(w->ms), ++w->life);
	w->next_mark = session_mark_skip(w->table, 50);
	w->next_id = (uint32_t)w->life * 100000;
}

static bool is_alive(const struct world *w, uint32_t pid)
{
	for (unsigned i = 0; i < PPPDS; i++) {
		if (w->pppds[i].alive && w->pppds[i].pid == pid)
			return true;
	}
	return false;
}

static void daemon_restarts(struct world *w)
{
	struct session_pid pppd;
	struct err err;

	if (below(w, 20))
		return;
	while (w->first) {
		struct message *message = w->first;

		w->first = message->next;
		free(message);
	}
	w->end = &w->first;
	session_table_free(w->table);
	w->in_snapshot = false;
	w->table = session_table_new(&w->policy);
	session_charon_up(w->table, at_ms(w->ms), w->life);
	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++) {
		if (!w->records[slot])
			continue;
		assert_int_equal(session_record_pppd(w->records[slot], &pppd, &err), 0);
		if (session_restore(w->table, at_ms(w->ms), w->records[slot],
				    is_alive(w, pppd.pid) ? NULL : &test_vanished, &err) < 0)
			fail_msg("%s", err.text);
	}
	for (unsigned i = 0; i < PPPDS; i++) {
		if (!w->pppds[i].admitted)
			w->pppds[i].alive = false;
	}
}

static void time_passes(struct world *w)
{
	w->ms += below(w, 3000);
	session_tick(w->table, at_ms(w->ms));
}

/* alice goes from one group to the other. */
static void policy_changes(struct world *w)
{
	w->users[0].group = w->groups[below(w, 2)].name;
	w->groups[0].idle_timeout = below(w, 2) ? 20 : 0;
	session_table_policy(w->table, &w->policy);
}

static void check_session(const struct world *w, const struct session *session)
{
	bool login = session->pppd.pid != 0;

	assert_int_equal(session->slot, fabric_slot(session->child.mark));
	assert_true(session->sa || login);
	assert_true(session->state != SESSION_NONE);
	assert_int_equal(login, session->user[0] != '\0');
	assert_int_equal(login, session->address != 0);
	if (session->state == SESSION_SECURED)
		assert_false(login);
	if (session->state == SESSION_DIALING || session->state == SESSION_UP)
		assert_true(login && session->sa);
	if (session->state == SESSION_CLOSING || session->state == SESSION_DIALING)
		assert_true(session->deadline != TABLE_NEVER);
	assert_non_null(w->records[session->slot]);
}

static void check_pair(const struct session *a, const struct session *b)
{
	assert_string_not_equal(a->id, b->id);
	assert_true(!a->pppd.pid || a->pppd.pid != b->pppd.pid);
	/* No address is given twice, whatever happens. */
	assert_true(!a->address || a->address != b->address);
}

/* Where each may go is known to the kernel, and of nobody else. */
static void check_rules(const struct world *w)
{
	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++) {
		const struct session *session = session_by_slot(w->table, slot);

		assert_int_equal(w->rules[slot].address, session ? session->address : 0);
		if (w->rules[slot].address)
			assert_string_equal(w->rules[slot].group, session->terms.group);
	}
}

static bool is_in(struct ip4_net net, uint32_t address)
{
	return ip4_in(address, net);
}

/* dave is in a group with a pool and limits of its own. */
static void check_limits(const struct world *w)
{
	unsigned count = 0;

	for (const struct session *s = NULL; (s = session_iterate(w->table, s));) {
		if (strcmp(s->user, "dave") != 0)
			continue;
		assert_true(is_in(w->pools[0].net, s->address));
		count += s->state != SESSION_CLOSING ||
			 (s->reason != SESSION_OUSTED && s->reason != SESSION_REPLACED);
	}
	assert_true(count <= w->groups[1].user_sessions);
}

static void check(const struct world *w)
{
	unsigned counts[SESSION_STATES] = { 0 }, pooled = 0, records = 0, n = 0;
	const struct session *all[FABRIC_SLOTS];

	for (const struct session *s = NULL; (s = session_iterate(w->table, s));) {
		check_session(w, s);
		counts[s->state]++;
		pooled += s->address && s->address != FIXED;
		for (unsigned i = 0; i < n; i++)
			check_pair(all[i], s);
		all[n++] = s;
	}
	for (unsigned i = 0; i < SESSION_STATES; i++)
		assert_int_equal(counts[i], session_count(w->table, i));
	assert_int_equal(pooled, addresses_in_use(w->table->addresses));
	check_rules(w);
	check_limits(w);
	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++)
		records += w->records[slot] != NULL;
	assert_int_equal(records, n);
}

typedef void deed_fn(struct world *w);

static const struct {
	deed_fn *deed;
	unsigned weight;
} deeds[] = {
	{ client_connects, 8 },
	{ deliver, 20 },
	{ dials, 12 },
	{ comes_up, 16 },
	{ asks_again, 8 },
	{ rekey, 3 },
	{ reauthenticate, 2 },
	{ rebind, 2 },
	{ client_vanishes, 2 },
	{ pppd_exits, 2 },
	{ is_challenged_again, 3 },
	{ kick, 2 },
	{ snapshot, 5 },
	{ worker_dies, 1 },
	{ charon_dies, 1 },
	{ daemon_restarts, 1 },
	{ time_passes, 8 },
	{ generation, 1 },
	{ redials, 2 },
	{ policy_changes, 1 },
};

static void act(struct world *w)
{
	unsigned total = 0, n;

	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		total += deeds[i].weight;
	n = below(w, total);
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		if (n < deeds[i].weight) {
			deeds[i].deed(w);
			return;
		}
		n -= deeds[i].weight;
	}
}

static void close_everything(struct world *w)
{
	for (unsigned round = 0; round < 60; round++) {
		(void)session_close_all(w->table, at_ms(w->ms), SESSION_SHUTDOWN);
		obey(w);
		while (w->first) {
			deliver(w);
			obey(w);
		}
		w->ms += 10000;
		session_tick(w->table, at_ms(w->ms));
		obey(w);
		do
			snapshot(w);
		while (w->in_snapshot);
		obey(w);
		check(w);
	}
}

static void check_empty(const struct world *w)
{
	assert_int_equal(session_total(w->table), 0);
	assert_int_equal(addresses_in_use(w->table->addresses), 0);
	for (unsigned i = 0; i < SAS; i++)
		assert_false(w->sas[i].in_charon || w->sas[i].in_kernel);
	for (unsigned i = 0; i < PPPDS; i++)
		assert_false(w->pppds[i].alive && w->pppds[i].admitted);
	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++)
		assert_null(w->records[slot]);
}

static void set_policy(struct world *w)
{
	memcpy(w->groups, test_groups, sizeof(w->groups));
	memcpy(w->users, test_users, sizeof(w->users));
	w->pools[0] = (struct policy_pool){ .name = "small", .net = { POOL + 0x100, 28 } };
	w->groups[1].pool = "small";
	w->groups[1].user_sessions = 2;
	w->groups[1].when_full = POLICY_CLOSE_OLDEST;
	w->users[3].group = "guests";
	w->policy = test_policy();
	w->policy.groups = w->groups;
	w->policy.users = w->users;
	w->policy.addresses.pools = w->pools;
	w->policy.addresses.pools_count = 1;
}

static void run_world(uint64_t seed, unsigned *ups, unsigned *ousted)
{
	struct world *w = calloc(1, sizeof(*w));

	set_policy(w);
	w->policy.l2tp.max_sessions = 40;
	w->random = seed;
	w->life = 1;
	w->end = &w->first;
	w->table = session_table_new(&w->policy);
	session_charon_up(w->table, at_ms(0), w->life);
	for (unsigned step = 0; step < STEPS; step++) {
		act(w);
		obey(w);
		check(w);
	}
	close_everything(w);
	check_empty(w);
	*ups += w->ups;
	*ousted += w->ousted;
	session_table_free(w->table);
	free(w);
}

static void test_random_worlds(void **state)
{
	unsigned ups = 0, ousted = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++)
		run_world(seed, &ups, &ousted);
	/* The worlds were not all dull. */
	print_message("# %u logins came up, %u made room\n", ups, ousted);
	assert_true(ousted > 20);
	assert_true(ups > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_worlds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
