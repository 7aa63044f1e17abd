/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "helper.h"

/* Sequences of events about SAs, as charon sends them or fails to. */

static void list(struct session_table *table, uint64_t ms, struct sa_ike ike, struct sa_child child)
{
	sa(table, ms, SA_LISTED, ike, child, 0);
}

/* Quick Mode by the client: only child-rekey, and nothing when the old one goes. */
static void test_rekey(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 2);
	struct drained drained;

	(void)state;
	sa(table, 1000, SA_CHILD_REKEY, test_ike(1, PEER, 4501), test_child(201, 1), 101);
	drained = drain(table);
	assert_int_equal(drained.journals[SESSION_J_REKEYED], 1);
	assert_int_equal(drained.count[SESSION_WRITE], 1);
	assert_int_equal(session_by_slot(table, 1)->child.spi_in, 0xc0000000u + 201);
	/* The old one's end, if it is told at all, is nobody's. */
	unsecure(table, 2000, 1);
	assert_int_equal(drain(table).count[SESSION_KILL_PPPD], 0);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_UP);
	/* A snapshot in between shows both. */
	session_snapshot_begin(table, at_ms(3000));
	{
		struct sa_child both[] = { test_child(101, 1), test_child(201, 1) };
		struct sa_event event = { .kind = SA_LISTED,
					  .ike = test_ike(1, PEER, 4501),
					  .children = both,
					  .children_count = 2 };

		both[0].state = SA_CHILD_ENDING;
		session_sa(table, at_ms(3000), &event);
	}
	list(table, 3000, test_ike(2, PEER, 4502), test_child(102, 2));
	session_snapshot_end(table, at_ms(3000));
	assert_int_equal(session_by_slot(table, 1)->child.id, 201);
	assert_int_equal(drain(table).count[SESSION_JOURNAL], 0);
	session_table_free(table);
}

/* A lost child-rekey is made up for by the next snapshot; both children may look alive in it. */
static void test_lost_rekey(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);
	struct sa_child both[] = { test_child(201, 1), test_child(101, 1) };
	struct sa_event event = { .kind = SA_LISTED,
				  .ike = test_ike(1, PEER, 4501),
				  .children = both,
				  .children_count = 2 };

	(void)state;
	session_snapshot_begin(table, at_ms(1000));
	session_sa(table, at_ms(1000), &event);
	session_snapshot_end(table, at_ms(1000));
	assert_int_equal(session_by_slot(table, 1)->child.id, 201);
	assert_int_equal(drain(table).journals[SESSION_J_REKEYED], 1);
	session_table_free(table);
}

/* After a rekey and a reauthentication the list has the ending child before the live one. */
static void test_rekey_then_reauthentication(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);
	struct sa_child both[] = { test_child(101, 1), test_child(201, 1) };
	struct sa_event event = { .kind = SA_LISTED,
				  .ike = test_ike(5, PEER, 4501),
				  .children = both,
				  .children_count = 2 };

	(void)state;
	sa(table, 1000, SA_CHILD_REKEY, test_ike(1, PEER, 4501), test_child(201, 1), 101);
	both[0].state = SA_CHILD_ENDING;
	session_snapshot_begin(table, at_ms(2000));
	session_sa(table, at_ms(2000), &event);
	session_snapshot_end(table, at_ms(2000));
	assert_int_equal(session_by_slot(table, 1)->child.id, 201);
	assert_int_equal(session_by_slot(table, 1)->ike.id, 5);
	session_table_free(table);
}

/* IKEv1 reauthentication: a new IKE_SA, its children moved without a word, later the old one down.
 */
static void test_reauthentication(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 2);
	struct drained drained;

	(void)state;
	sa(table, 1000, SA_IKE_UP, test_ike(31, PEER, 4501), test_child(1, 0), 0);
	drained = drain(table);
	assert_int_equal(drained.count[SESSION_RESYNC], 1);
	assert_true(drained.last[SESSION_RESYNC].delay_ms > 0);
	session_snapshot_begin(table, at_ms(3000));
	list(table, 3000, test_ike(31, PEER, 4501), test_child(101, 1));
	list(table, 3000, test_ike(2, PEER, 4502), test_child(102, 2));
	session_snapshot_end(table, at_ms(3000));
	assert_int_equal(session_by_slot(table, 1)->ike.id, 31);
	(void)drain(table);
	sa(table, 11000, SA_IKE_DOWN, test_ike(1, PEER, 4501), test_child(1, 0), 0);
	drained = drain(table);
	assert_int_equal(drained.count[SESSION_RESYNC], 0);
	assert_int_equal(session_count(table, SESSION_UP), 2);
	session_table_free(table);
}

/* The same with every helpful event lost: the down alone must not end the session. */
static void test_reauthentication_unseen(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);
	struct drained drained;

	(void)state;
	sa(table, 1000, SA_IKE_DOWN, test_ike(1, PEER, 4501), test_child(1, 0), 0);
	drained = drain(table);
	assert_int_equal(drained.count[SESSION_RESYNC], 1);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_UP);
	session_snapshot_begin(table, at_ms(2000));
	list(table, 2000, test_ike(31, PEER, 4599), test_child(101, 1));
	session_snapshot_end(table, at_ms(2000));
	assert_int_equal(drain(table).journals[SESSION_J_REBOUND], 1);
	assert_int_equal(session_by_slot(table, 1)->ike.remote_port, 4599);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_UP);
	assert_int_equal(session_by_slot(table, 1)->ike.id, 31);
	/* A later end is the SA's own again, not the peer's absence. */
	unsecure(table, 3000, 1);
	assert_int_equal(session_by_slot(table, 1)->reason, SESSION_SA_CLOSED);
	session_table_free(table);
}

/* Dead peer detection: IKE_SA down, then its children, implicitly. */
static void test_dead_peer(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 2);
	struct drained drained;

	(void)state;
	sa(table, 1000, SA_IKE_DOWN, test_ike(1, PEER, 4501), test_child(1, 0), 0);
	unsecure(table, 1000, 1);
	drained = drain(table);
	assert_int_equal(drained.count[SESSION_KILL_PPPD], 1);
	assert_int_equal(drained.last[SESSION_KILL_PPPD].pppd.pid, 501);
	assert_false(drained.last[SESSION_KILL_PPPD].hard);
	/* pppd insists: it is killed for good when its time is over. */
	assert_int_equal(session_tick(table, at_ms(1500)), 4000);
	assert_int_equal(drain(table).count[SESSION_KILL_PPPD], 0);
	session_tick(table, at_ms(4000));
	assert_true(drain(table).last[SESSION_KILL_PPPD].hard);
	ended(table, 4100, 501, SESSION_SIGNALED, 9);
	drained = drain(table);
	assert_int_equal(drained.report[SESSION_J_DOWN].reason, SESSION_SA_PEER_GONE);
	assert_int_equal(drained.count[SESSION_REMOVE], 1);
	assert_int_equal(drained.count[SESSION_FORGET_SLOT], 1);
	assert_int_equal(drained.count[SESSION_CLOSE_SA], 0);
	assert_int_equal(session_count(table, SESSION_UP), 1);
	session_table_free(table);
}

static void hang_up(struct session_table *table, enum session_end_how how, bool down_first)
{
	struct session_end down = { .pppd = pid_of(501), .how = SESSION_EXITED };

	if (down_first)
		session_ppp_down(table, at_ms(900), &down);
	unsecure(table, 1000, 1);
	if (!down_first && how == SESSION_VANISHED)
		session_ppp_down(table, at_ms(1050), &down);
	(void)drain(table);
	ended(table, 1100, 501, how, 0);
}

/* The client hangs up and deletes its SA in one go: the first is the reason, whatever is seen
 * first. */
static void test_hang_up_overtaken_by_delete(void **state)
{
	static const struct {
		enum session_end_how how;
		bool down_first;
	} rows[] = { { SESSION_EXITED, false },
		     { SESSION_VANISHED, false },
		     { SESSION_VANISHED, true } };
	struct policy policy = test_policy();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session_table *table = with_clients(&policy, 1);

		hang_up(table, rows[i].how, rows[i].down_first);
		assert_int_equal(drain(table).report[SESSION_J_DOWN].reason, SESSION_HUNG_UP);
		assert_int_equal(session_total(table), 0);
		session_table_free(table);
	}
}

static void test_nat_rebinding(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 2);
	struct drained drained;

	(void)state;
	sa(table, 1000, SA_IKE_UPDATE, test_ike(1, PEER + 5, 1025), test_child(1, 0), 0);
	drained = drain(table);
	assert_string_equal(drained.report[SESSION_J_REBOUND].text,
			    "alice moved from 203.0.113.1:4501 to 203.0.113.6:1025");
	assert_int_equal(session_by_slot(table, 1)->ike.remote_port, 1025);
	assert_int_equal(session_by_slot(table, 2)->ike.remote_port, 4502);
	sa(table, 1000, SA_IKE_UPDATE, test_ike(1, PEER + 5, 1025), test_child(1, 0), 0);
	assert_int_equal(drain(table).count[SESSION_JOURNAL], 0);
	/* Of an IKE_SA nobody knows: perhaps one that has adopted a session's children. */
	sa(table, 1000, SA_IKE_UPDATE, test_ike(99, PEER, 1026), test_child(1, 0), 0);
	assert_int_equal(drain(table).count[SESSION_RESYNC], 1);
	session_table_free(table);
}

static void test_snapshot_finds_the_lost(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 3);
	struct drained drained;

	(void)state;
	session_snapshot_begin(table, at_ms(1000));
	list(table, 1000, test_ike(1, PEER, 4501), test_child(101, 1));
	secure(table, 1000, 4);                                         /* an event meanwhile */
	list(table, 1000, test_ike(5, PEER, 4505), test_child(105, 5)); /* its event was lost */
	unsecure(table, 1000, 3);
	list(table, 1000, test_ike(3, PEER, 4503), test_child(103, 3)); /* older than the event */
	session_snapshot_end(table, at_ms(1000));
	drained = drain(table);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_UP);
	assert_int_equal(session_by_slot(table, 2)->state, SESSION_CLOSING);
	assert_int_equal(session_by_slot(table, 2)->reason, SESSION_SA_LOST);
	assert_int_equal(session_by_slot(table, 3)->state, SESSION_CLOSING);
	assert_false(session_by_slot(table, 3)->sa);
	assert_int_equal(session_by_slot(table, 4)->state, SESSION_SECURED);
	assert_int_equal(session_by_slot(table, 5)->state, SESSION_SECURED);
	assert_int_equal(drained.count[SESSION_KILL_PPPD], 2);
	assert_int_equal(drained.count[SESSION_CLOSE_SA], 0);
	session_table_free(table);
}

static void test_an_aborted_snapshot_ends_nobody(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 2);

	(void)state;
	session_snapshot_begin(table, at_ms(1000));
	session_snapshot_abort(table);
	session_snapshot_end(table, at_ms(1000));
	list(table, 1000, test_ike(9, PEER, 4509), test_child(109, 9));
	assert_int_equal(session_total(table), 2);
	assert_int_equal(session_count(table, SESSION_UP), 2);
	session_table_free(table);
}

/* Marks 4,096 apart share a slot: the newer one has to go, and going it touches nobody. */
static void test_collision(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);
	struct drained drained;

	(void)state;
	secure(table, 1000, 1 + FABRIC_SLOTS);
	drained = drain(table);
	assert_int_equal(drained.count[SESSION_CLOSE_SA], 1);
	assert_int_equal(drained.last[SESSION_CLOSE_SA].child, 101 + FABRIC_SLOTS);
	assert_int_equal(drained.journals[SESSION_J_COLLISION], 1);
	assert_int_equal(drained.count[SESSION_FORGET_SLOT], 0);
	unsecure(table, 2000, 1 + FABRIC_SLOTS);
	assert_int_equal(drain(table).count[SESSION_JOURNAL], 0);
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_UP);
	assert_int_equal(session_by_slot(table, 1)->child.mark, 1);
	session_table_free(table);
}

/* An IKE_SA that others still use stays. */
static void test_shared_ike_sa_stays(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct drained drained;

	(void)state;
	sa(table, 0, SA_CHILD_UP, test_ike(1, PEER, 500), test_child(101, 1), 0);
	sa(table, 0, SA_CHILD_UP, test_ike(1, PEER, 500), test_child(102, 2), 0);
	session_close(table, at_ms(0), 1, SESSION_KICKED);
	drained = drain(table);
	assert_int_equal(drained.last[SESSION_CLOSE_SA].child, 101);
	assert_int_equal(drained.last[SESSION_CLOSE_SA].ike, 0);
	session_table_free(table);
}

/* charon does not act on it: asked again, and in the end the kernel is asked. */
static void test_close_that_charon_ignores(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct drained drained;
	uint64_t next;
	unsigned asked = 0, deleted = 0;

	(void)state;
	secure(table, 0, 1);
	session_close(table, at_ms(0), 1, SESSION_KICKED);
	for (unsigned i = 0; i < 20 && session_total(table); i++) {
		drained = drain(table);
		asked += drained.count[SESSION_CLOSE_SA];
		next = session_tick(table, at_ms(5000 * (i + 1)));
		assert_true(next == UINT64_MAX || next > 5000 * (i + 1));
	}
	drained = drain(table);
	deleted = drained.count[SESSION_DELETE_SA];
	assert_int_equal(asked, 4);
	assert_int_equal(deleted, 1);
	assert_int_equal(session_total(table), 0);
	session_table_free(table);
}

/* charon dies: sessions go on; marks begin at 1 again; orphans are cleared away as they end. */
static void test_charon_dies(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 3);
	struct drained drained;

	(void)state;
	secure(table, 500, 4);
	(void)drain(table);
	session_charon_died(table, at_ms(1000));
	drained = drain(table);
	assert_int_equal(drained.journals[SESSION_J_ORPHANED], 3);
	assert_int_equal(session_count(table, SESSION_UP), 3);
	assert_true(session_orphaned(table, session_by_slot(table, 1)));
	secure(table, 1100, 9); /* the last words of the dead one count no more */
	assert_int_equal(session_total(table), 4);

	session_charon_up(table, at_ms(2000), LIFE + 1);
	assert_int_equal(session_mark_skip(table, 100), 4);
	session_snapshot_begin(table, at_ms(2000));
	session_snapshot_end(table, at_ms(2000));
	assert_int_equal(session_count(table, SESSION_UP), 3);
	assert_int_equal(drain(table).count[SESSION_CLOSE_SA], 0);

	/* Nobody logged in over the fourth in time. */
	session_tick(table, at_ms(40000));
	drained = drain(table);
	assert_int_equal(drained.last[SESSION_DELETE_SA].mark, 4);
	assert_int_equal(drained.report[SESSION_J_UNSECURED].reason, SESSION_CHARON_DIED);

	ended(table, 50000, 502, SESSION_EXITED, 0);
	drained = drain(table);
	assert_int_equal(drained.last[SESSION_DELETE_SA].mark, 2);
	assert_int_equal(drained.count[SESSION_CLOSE_SA], 0);
	assert_int_equal(drained.count[SESSION_REMOVE], 1);
	assert_int_equal(session_total(table), 2);
	session_table_free(table);
}

/* A client in the middle of dialing when charon dies still gets in. */
static void test_dialing_while_charon_dies(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);

	(void)state;
	secure(table, 0, 1);
	session_charon_died(table, at_ms(100));
	assert_int_equal(dial(table, 200, 1, 501, "alice"), SESSION_ADMIT);
	session_tick(table, at_ms(40000));
	link_up(table, 300, 1, 501);
	session_tick(table, at_ms(1000000));
	assert_int_equal(session_by_slot(table, 1)->state, SESSION_UP);
	session_table_free(table);
}

static void test_mark_skip(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);

	(void)state;
	assert_int_equal(session_mark_skip(table, 1), 0);
	assert_int_equal(session_mark_skip(table, FABRIC_SLOTS), 0);
	secure(table, 0, 1);
	assert_int_equal(session_mark_skip(table, 1), 1);
	secure(table, 0, 100);
	assert_int_equal(session_mark_skip(table, 98), 1);
	assert_int_equal(session_mark_skip(table, 99), 100);
	secure(table, 0, 3000);
	assert_int_equal(session_mark_skip(table, 2899), 100);
	/* No run is that long: the longest there is. */
	assert_int_equal(session_mark_skip(table, 4000), 100);
	secure(table, 0, 4096); /* slot 0 */
	assert_int_equal(session_mark_skip(table, 4000), 100);
	session_table_free(table);
}

/* Marks of other people's routing rules are passed over like slots in use. */
static void test_foreign_marks(void **state)
{
	static const struct session_foreign foreign[] = {
		{ .mark = 1, .mask = UINT32_MAX },
		{ .mark = 0xca6c, .mask = UINT32_MAX },
		{ .mark = 0x10, .mask = 0xf0 },
	};
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct drained drained;

	(void)state;
	session_foreign_marks(table, foreign, 3);
	assert_int_equal(session_mark_skip(table, 10), 1);
	assert_int_equal(session_mark_skip(table, 14), 1); /* 2 to 15 */
	assert_int_equal(session_mark_skip(table, 100), 31);
	secure(table, 0, 0xca6c);
	drained = drain(table);
	assert_int_equal(session_total(table), 0);
	assert_int_equal(drained.count[SESSION_CLOSE_SA], 1);
	assert_int_equal(drained.last[SESSION_CLOSE_SA].child, 100 + 0xca6c);
	assert_int_equal(drained.journals[SESSION_J_COLLISION], 1);
	unsecure(table, 10, 0xca6c);
	secure(table, 20, 0xca6d);
	assert_int_equal(session_total(table), 1);
	/* A rule that comes later ends nobody. */
	session_foreign_marks(table, &(struct session_foreign){ 0xca6d, UINT32_MAX }, 1);
	secure(table, 30, 0xca6d);
	assert_int_equal(session_total(table), 1);
	assert_int_equal(drain(table).count[SESSION_CLOSE_SA], 0);
	session_table_free(table);
}

/* One request to close is enough, until the child it named was replaced by another. */
static void test_closing_is_asked_once_per_child(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);

	(void)state;
	session_worker_died(table, at_ms(0), 2);
	assert_int_equal(drain(table).last[SESSION_CLOSE_SA].child, 101);
	ended(table, 100, 501, SESSION_EXITED, 16);
	session_worker_died(table, at_ms(200), 2);
	assert_int_equal(drain(table).count[SESSION_CLOSE_SA], 0);
	sa(table, 300, SA_CHILD_REKEY, test_ike(1, PEER, 4501), test_child(201, 1), 101);
	assert_int_equal(drain(table).last[SESSION_CLOSE_SA].child, 201);
	session_table_free(table);
}

/* A word of charon during the snapshot keeps a session that the snapshot does not have. */
static void test_an_event_beats_the_snapshot(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 2);

	(void)state;
	session_snapshot_begin(table, at_ms(0));
	secure(table, 0, 1);
	sa(table, 0, SA_CHILD_REKEY, test_ike(2, PEER, 4502), test_child(202, 2), 102);
	list(table, 0, test_ike(2, PEER, 4502), test_child(102, 2));
	session_snapshot_end(table, at_ms(0));
	assert_int_equal(session_count(table, SESSION_UP), 2);
	assert_int_equal(session_by_slot(table, 2)->child.id, 202);
	session_table_free(table);
}

/* What a dead charon was asked to close, nobody will report closed. */
static void test_charon_dies_while_closing(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);

	(void)state;
	secure(table, 0, 1);
	session_close(table, at_ms(0), 1, SESSION_KICKED);
	(void)drain(table);
	session_charon_up(table, at_ms(0), LIFE + 1);
	assert_int_equal(drain(table).last[SESSION_DELETE_SA].mark, 1);
	assert_int_equal(session_total(table), 0);
	session_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rekey),
		cmocka_unit_test(test_lost_rekey),
		cmocka_unit_test(test_rekey_then_reauthentication),
		cmocka_unit_test(test_reauthentication),
		cmocka_unit_test(test_reauthentication_unseen),
		cmocka_unit_test(test_dead_peer),
		cmocka_unit_test(test_hang_up_overtaken_by_delete),
		cmocka_unit_test(test_nat_rebinding),
		cmocka_unit_test(test_snapshot_finds_the_lost),
		cmocka_unit_test(test_an_aborted_snapshot_ends_nobody),
		cmocka_unit_test(test_collision),
		cmocka_unit_test(test_shared_ike_sa_stays),
		cmocka_unit_test(test_close_that_charon_ignores),
		cmocka_unit_test(test_charon_dies),
		cmocka_unit_test(test_dialing_while_charon_dies),
		cmocka_unit_test(test_mark_skip),
		cmocka_unit_test(test_foreign_marks),
		cmocka_unit_test(test_closing_is_asked_once_per_child),
		cmocka_unit_test(test_an_event_beats_the_snapshot),
		cmocka_unit_test(test_charon_dies_while_closing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
