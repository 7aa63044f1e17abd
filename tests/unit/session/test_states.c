/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "helper.h"

/*
 * Every state meets every event: which state follows, and what is to be done. The session is
 * client 7's, with user alice and pppd 507 where there is one. One row an event, one column a
 * state.
 */
#define SLOT 7u

#define CLOSE   (1u << SESSION_CLOSE_SA)
#define KILL    (1u << SESSION_KILL_PPPD)
#define DELETE  (1u << SESSION_DELETE_SA)
#define FORGET  (1u << SESSION_FORGET_SLOT)
#define TUNNEL  (1u << SESSION_CLOSE_TUNNEL)
#define WRITE   (1u << SESSION_WRITE)
#define REMOVE  (1u << SESSION_REMOVE)
#define RESYNC  (1u << SESSION_RESYNC)
#define JOURNAL (1u << SESSION_JOURNAL)
#define GONE    (FORGET | WRITE | REMOVE | JOURNAL)

static void enter(struct session_table *table, enum session_state state)
{
	if (state == SESSION_NONE)
		return;
	secure(table, 0, SLOT);
	if (state == SESSION_SECURED)
		return;
	assert_int_equal(dial(table, 0, SLOT, 507, "alice"), SESSION_ADMIT);
	if (state == SESSION_DIALING)
		return;
	link_up(table, 0, SLOT, 507);
	if (state == SESSION_CLOSING)
		session_close(table, at_ms(0), SLOT, SESSION_KICKED);
}

static void do_child_up(struct session_table *table)
{
	secure(table, 1000, SLOT);
}

static void do_rekey(struct session_table *table)
{
	sa(table, 1000, SA_CHILD_REKEY, test_ike(SLOT, PEER, 4507), test_child(200, SLOT), 107);
}

static void do_child_down(struct session_table *table)
{
	unsecure(table, 1000, SLOT);
}

static void do_missing(struct session_table *table)
{
	session_snapshot_begin(table, at_ms(1000));
	session_snapshot_end(table, at_ms(1000));
}

static void do_ike_down(struct session_table *table)
{
	sa(table, 1000, SA_IKE_DOWN, test_ike(SLOT, PEER, 4507), test_child(1, 0), 0);
}

static void do_ike_update(struct session_table *table)
{
	sa(table, 1000, SA_IKE_UPDATE, test_ike(SLOT, PEER, 9999), test_child(1, 0), 0);
}

static void do_admit(struct session_table *table)
{
	(void)dial(table, 1000, SLOT, 999, "alice");
}

static void do_admit_last(struct session_table *table)
{
	struct session_answer answer;

	(void)ask(table, 1000, SLOT, 999, "alice", true, &answer);
}

static void do_ppp_up(struct session_table *table)
{
	link_up(table, 1000, SLOT, 507);
}

static void do_ppp_down(struct session_table *table)
{
	struct session_end end = { .pppd = pid_of(507), .how = SESSION_EXITED, .code = 15 };

	session_ppp_down(table, at_ms(1000), &end);
}

static void do_hung_up(struct session_table *table)
{
	ended(table, 1000, 507, SESSION_EXITED, 0);
}

static void do_dead_peer(struct session_table *table)
{
	ended(table, 1000, 507, SESSION_EXITED, 15);
}

static void do_tunnel_closed(struct session_table *table)
{
	session_tunnel_closed(table, at_ms(1000), SLOT);
}

static void do_counters(struct session_table *table)
{
	session_counters(table, at_ms(0), SLOT, 11, 22);
}

static void do_worker_died(struct session_table *table)
{
	session_worker_died(table, at_ms(1000), 2);
}

/* The workers that serve now are others than the one it is on. */
static void generation(struct session_table *table)
{
	uint8_t workers[FABRIC_SHARDS];

	memset(workers, 3, sizeof(workers));
	session_table_shards(table, workers);
}

static void do_worker_ended(struct session_table *table)
{
	generation(table);
	session_worker_ended(table, at_ms(1000), 2);
}

static void do_redial(struct session_table *table)
{
	generation(table);
	session_redial(table, at_ms(1000), SLOT);
}

static void do_late_redial(struct session_table *table)
{
	session_redial(table, at_ms(1000), SLOT);
}

static void do_charon_died(struct session_table *table)
{
	session_charon_died(table, at_ms(1000));
}

static void do_close(struct session_table *table)
{
	session_close(table, at_ms(1000), SLOT, SESSION_SHUTDOWN);
}

static void do_deadline(struct session_table *table)
{
	session_tick(table, at_ms(1000000));
}

struct expected {
	enum session_state state;
	unsigned actions;
};

#define NONE_    SESSION_NONE
#define SECURED_ SESSION_SECURED
#define DIALING_ SESSION_DIALING
#define UP_      SESSION_UP
#define CLOSING_ SESSION_CLOSING

static const struct row {
	const char *name;
	void (*happen)(struct session_table *table);
	struct expected from[SESSION_STATES];
} rows[] = {
	{ "child up",
	  do_child_up,
	  { { SECURED_, WRITE | JOURNAL },
	    { SECURED_, 0 },
	    { DIALING_, 0 },
	    { UP_, 0 },
	    { CLOSING_, 0 } } },
	{ "child rekey",
	  do_rekey,
	  { { SECURED_, WRITE | JOURNAL },
	    { SECURED_, WRITE | JOURNAL },
	    { DIALING_, WRITE | JOURNAL },
	    { UP_, WRITE | JOURNAL },
	    { CLOSING_, WRITE | JOURNAL } } },
	{ "child down",
	  do_child_down,
	  { { NONE_, 0 },
	    { NONE_, FORGET | REMOVE | JOURNAL },
	    { CLOSING_, KILL | TUNNEL | WRITE },
	    { CLOSING_, KILL | TUNNEL | WRITE },
	    { CLOSING_, 0 } } },
	{ "missing in a snapshot",
	  do_missing,
	  { { NONE_, 0 },
	    { NONE_, FORGET | REMOVE | JOURNAL },
	    { CLOSING_, KILL | TUNNEL | WRITE },
	    { CLOSING_, KILL | TUNNEL | WRITE },
	    { CLOSING_, 0 } } },
	{ "IKE down",
	  do_ike_down,
	  { { NONE_, 0 },
	    { SECURED_, RESYNC },
	    { DIALING_, RESYNC },
	    { UP_, RESYNC },
	    { CLOSING_, RESYNC } } },
	{ "IKE update",
	  do_ike_update,
	  { { NONE_, 0 },
	    { SECURED_, WRITE | JOURNAL },
	    { DIALING_, WRITE | JOURNAL },
	    { UP_, WRITE | JOURNAL },
	    { CLOSING_, WRITE | JOURNAL } } },
	{ "admission",
	  do_admit,
	  { { NONE_, RESYNC },
	    { DIALING_, WRITE | JOURNAL },
	    { DIALING_, KILL },
	    { UP_, KILL },
	    { CLOSING_, 0 } } },
	{ "admission, last call",
	  do_admit_last,
	  { { NONE_, JOURNAL },
	    { DIALING_, WRITE | JOURNAL },
	    { DIALING_, KILL | JOURNAL },
	    { UP_, KILL | JOURNAL },
	    { CLOSING_, JOURNAL } } },
	{ "PPP up",
	  do_ppp_up,
	  { { NONE_, 0 },
	    { SECURED_, 0 },
	    { UP_, WRITE | JOURNAL },
	    { UP_, WRITE },
	    { CLOSING_, 0 } } },
	{ "PPP down",
	  do_ppp_down,
	  { { NONE_, 0 }, { SECURED_, 0 }, { DIALING_, 0 }, { UP_, 0 }, { CLOSING_, 0 } } },
	{ "pppd ended: hung up",
	  do_hung_up,
	  { { NONE_, 0 },
	    { SECURED_, 0 },
	    { SECURED_, WRITE | JOURNAL },
	    { SECURED_, WRITE | JOURNAL },
	    { CLOSING_, TUNNEL | JOURNAL } } },
	{ "pppd ended: dead peer",
	  do_dead_peer,
	  { { NONE_, 0 },
	    { SECURED_, 0 },
	    { CLOSING_, TUNNEL | WRITE | JOURNAL },
	    { CLOSING_, TUNNEL | WRITE | JOURNAL },
	    { CLOSING_, TUNNEL | JOURNAL } } },
	{ "tunnel closed",
	  do_tunnel_closed,
	  { { NONE_, 0 }, { SECURED_, 0 }, { DIALING_, 0 }, { UP_, 0 }, { CLOSING_, 0 } } },
	{ "counters",
	  do_counters,
	  { { NONE_, 0 }, { SECURED_, 0 }, { DIALING_, 0 }, { UP_, 0 }, { CLOSING_, 0 } } },
	{ "worker died",
	  do_worker_died,
	  { { NONE_, 0 },
	    { CLOSING_, CLOSE | WRITE },
	    { CLOSING_, CLOSE | KILL | WRITE },
	    { CLOSING_, CLOSE | KILL | WRITE },
	    { CLOSING_, CLOSE | KILL } } },
	{ "worker ended",
	  do_worker_ended,
	  { { NONE_, 0 },
	    { SECURED_, FORGET | WRITE },
	    { CLOSING_, CLOSE | KILL | WRITE },
	    { CLOSING_, CLOSE | KILL | WRITE },
	    { CLOSING_, CLOSE | KILL } } },
	{ "redial, to another worker",
	  do_redial,
	  { { NONE_, 0 },
	    { SECURED_, FORGET | WRITE },
	    { DIALING_, KILL | TUNNEL | FORGET | WRITE },
	    { UP_, KILL | TUNNEL | FORGET | WRITE },
	    { CLOSING_, 0 } } },
	{ "redial, to the same worker",
	  do_late_redial,
	  { { NONE_, 0 }, { SECURED_, 0 }, { DIALING_, 0 }, { UP_, 0 }, { CLOSING_, 0 } } },
	{ "charon died",
	  do_charon_died,
	  { { NONE_, 0 },
	    { SECURED_, 0 },
	    { DIALING_, JOURNAL },
	    { UP_, JOURNAL },
	    { CLOSING_, 0 } } },
	{ "close",
	  do_close,
	  { { NONE_, 0 },
	    { CLOSING_, CLOSE | WRITE },
	    { CLOSING_, KILL | WRITE },
	    { CLOSING_, KILL | WRITE },
	    { CLOSING_, 0 } } },
	{ "deadline",
	  do_deadline,
	  { { NONE_, 0 }, { SECURED_, 0 }, { DIALING_, KILL }, { UP_, 0 }, { CLOSING_, KILL } } },
};

static unsigned actions_of(struct session_table *table)
{
	struct drained drained = drain(table);
	unsigned actions = 0;

	for (unsigned i = 0; i <= SESSION_JOURNAL; i++)
		actions |= drained.count[i] ? 1u << i : 0;
	return actions;
}

static bool row_holds(const struct row *row, const struct policy *policy, enum session_state state)
{
	struct session_table *table = test_table(policy);
	const struct session *session;
	struct expected got, want = row->from[state];
	uint8_t workers[FABRIC_SHARDS];

	memset(workers, 2, sizeof(workers));
	session_table_shards(table, workers);
	enter(table, state);
	(void)drain(table);
	row->happen(table);
	session = session_by_slot(table, SLOT);
	got.state = session ? session->state : SESSION_NONE;
	got.actions = actions_of(table);
	assert_int_equal(session_total(table), session ? 1 : 0);
	session_table_free(table);
	if (got.state == want.state && got.actions == want.actions)
		return true;
	print_error("%s in %s: became %s, wanted %s; actions %#x, wanted %#x\n", row->name,
		    session_state_name(state), session_state_name(got.state),
		    session_state_name(want.state), got.actions, want.actions);
	return false;
}

static void test_every_combination(void **unused)
{
	struct policy policy = test_policy();
	unsigned wrong = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (enum session_state state = SESSION_NONE; state <= SESSION_CLOSING; state++)
			wrong += !row_holds(&rows[i], &policy, state);
	}
	assert_int_equal(wrong, 0);
}

/* The same once charon has died: the SA ends by our own hand, and nobody asks a dead charon. */
static const struct row orphan_rows[] = {
	{ "child down of another life",
	  do_child_down,
	  { { NONE_, 0 }, { SECURED_, 0 }, { DIALING_, 0 }, { UP_, 0 }, { CLOSING_, 0 } } },
	{ "missing in a snapshot of another life",
	  do_missing,
	  { { NONE_, 0 }, { SECURED_, 0 }, { DIALING_, 0 }, { UP_, 0 }, { CLOSING_, 0 } } },
	{ "same mark in a new life",
	  do_child_up,
	  { { SECURED_, WRITE | JOURNAL },
	    { SECURED_, CLOSE | JOURNAL },
	    { DIALING_, CLOSE | JOURNAL },
	    { UP_, CLOSE | JOURNAL },
	    { CLOSING_, CLOSE | JOURNAL } } },
	{ "pppd ended: hung up",
	  do_hung_up,
	  { { NONE_, 0 },
	    { SECURED_, 0 },
	    { NONE_, GONE | DELETE | TUNNEL },
	    { NONE_, GONE | DELETE | TUNNEL },
	    { NONE_, (GONE & ~WRITE) | DELETE | TUNNEL } } },
	{ "pppd ended: dead peer",
	  do_dead_peer,
	  { { NONE_, 0 },
	    { SECURED_, 0 },
	    { NONE_, GONE | DELETE | TUNNEL },
	    { NONE_, GONE | DELETE | TUNNEL },
	    { NONE_, (GONE & ~WRITE) | DELETE | TUNNEL } } },
	{ "worker died",
	  do_worker_died,
	  { { NONE_, 0 },
	    { NONE_, GONE | DELETE },
	    { CLOSING_, DELETE | KILL | WRITE },
	    { CLOSING_, DELETE | KILL | WRITE },
	    { CLOSING_, DELETE | KILL } } },
	{ "close",
	  do_close,
	  { { NONE_, 0 },
	    { NONE_, GONE | DELETE },
	    { CLOSING_, KILL | WRITE },
	    { CLOSING_, KILL | WRITE },
	    { CLOSING_, 0 } } },
	{ "deadline",
	  do_deadline,
	  { { NONE_, 0 },
	    { NONE_, GONE | DELETE },
	    { DIALING_, KILL },
	    { UP_, 0 },
	    { CLOSING_, KILL } } },
};

static bool orphan_row_holds(const struct row *row, const struct policy *policy,
			     enum session_state state)
{
	struct session_table *table = test_table(policy);
	const struct session *session;
	struct expected got, want = row->from[state];
	uint8_t workers[FABRIC_SHARDS];

	memset(workers, 2, sizeof(workers));
	session_table_shards(table, workers);
	enter(table, state);
	session_charon_up(table, at_ms(500), LIFE + 1);
	(void)drain(table);
	row->happen(table);
	session = session_by_slot(table, SLOT);
	got.state = session ? session->state : SESSION_NONE;
	got.actions = actions_of(table);
	session_table_free(table);
	if (got.state == want.state && got.actions == want.actions)
		return true;
	print_error("orphan, %s in %s: became %s, wanted %s; actions %#x, wanted %#x\n", row->name,
		    session_state_name(state), session_state_name(got.state),
		    session_state_name(want.state), got.actions, want.actions);
	return false;
}

static void test_every_orphan(void **unused)
{
	struct policy policy = test_policy();
	unsigned wrong = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof(orphan_rows) / sizeof(orphan_rows[0]); i++) {
		for (enum session_state state = SESSION_NONE; state <= SESSION_CLOSING; state++)
			wrong += !orphan_row_holds(&orphan_rows[i], &policy, state);
	}
	assert_int_equal(wrong, 0);
}

static void test_names_are_complete(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < SESSION_REASONS; i++) {
		assert_non_null(session_reason_name(i));
		assert_non_null(session_reason_text(i));
	}
	for (unsigned i = 0; i < SESSION_STATES; i++)
		assert_non_null(session_state_name(i));
	for (unsigned i = 0; i < SESSION_DENIALS; i++) {
		assert_non_null(session_denial_name(i));
		assert_non_null(session_denial_text(i));
	}
	for (unsigned i = 0; i <= SESSION_J_RESTORED; i++)
		assert_non_null(session_journal_name(i));
}

/* pppd(8), EXIT STATUS: each is reported as what it was, and some take the SA along. */
static void test_exit_statuses(void **unused)
{
	static const struct {
		enum session_end_how how;
		int code;
		enum session_reason reason;
		bool closes;
	} ends[] = {
		{ SESSION_EXITED, 0, SESSION_HUNG_UP, false },
		{ SESSION_EXITED, 1, SESSION_PPPD_FAILED, false },
		{ SESSION_EXITED, 5, SESSION_CALL_CLOSED, false },
		{ SESSION_EXITED, 10, SESSION_NEGOTIATION, false },
		{ SESSION_EXITED, 11, SESSION_WRONG_PASSWORD, false },
		{ SESSION_EXITED, 12, SESSION_IDLE, true },
		{ SESSION_EXITED, 13, SESSION_TIME_LIMIT, true },
		{ SESSION_EXITED, 15, SESSION_DEAD_PEER, true },
		{ SESSION_EXITED, 16, SESSION_CALL_CLOSED, false },
		{ SESSION_EXITED, 127, SESSION_PPPD_FAILED, false },
		{ SESSION_EXITED, -1, SESSION_PPPD_FAILED, false },
		{ SESSION_SIGNALED, 9, SESSION_PPPD_KILLED, true },
		{ SESSION_VANISHED, 0, SESSION_PPPD_VANISHED, true },
	};
	struct policy policy = test_policy();

	(void)unused;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct session_table *table = test_table(&policy);
		struct drained drained;

		connect_client(table, 0, SLOT, "alice");
		(void)drain(table);
		ended(table, 3661000, 507, ends[i].how, ends[i].code);
		drained = drain(table);
		assert_int_equal(drained.journals[SESSION_J_DOWN], 1);
		assert_int_equal(drained.report[SESSION_J_DOWN].reason, ends[i].reason);
		assert_non_null(strstr(drained.report[SESSION_J_DOWN].text, "1:01:01"));
		assert_int_equal(drained.count[SESSION_CLOSE_TUNNEL], ends[i].closes);
		assert_int_equal(drained.count[SESSION_CLOSE_SA], 0);
		session_tunnel_closed(table, at_ms(3661001), SLOT);
		assert_int_equal(drain(table).count[SESSION_CLOSE_SA], ends[i].closes);
		session_table_free(table);
	}
}

/* A kick: PPP, then the tunnel, then the SA; each step waits for the one before. */
static void test_goodbyes_come_in_order(void **unused)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);
	struct drained drained;

	(void)unused;
	session_close(table, at_ms(1000), 1, SESSION_KICKED);
	assert_int_equal(actions_of(table), KILL | WRITE);
	ended(table, 1100, 501, SESSION_EXITED, 5);
	drained = drain(table);
	assert_int_equal(drained.count[SESSION_CLOSE_SA], 0);
	assert_int_equal(drained.last[SESSION_CLOSE_TUNNEL].tunnel, 1001);
	assert_int_equal(drained.report[SESSION_J_DOWN].reason, SESSION_KICKED);
	session_tunnel_closed(table, at_ms(1200), 1);
	assert_int_equal(actions_of(table), CLOSE);
	session_tunnel_closed(table, at_ms(1250), 1);
	assert_int_equal(actions_of(table), 0);
	unsecure(table, 1300, 1);
	assert_int_equal(actions_of(table), FORGET | REMOVE | JOURNAL);
	assert_int_equal(session_total(table), 0);
	session_table_free(table);
}

/* A worker that does not answer holds nothing up. */
static void test_a_silent_worker_is_not_waited_for(void **unused)
{
	struct policy policy = test_policy();
	struct session_table *table = with_clients(&policy, 1);

	(void)unused;
	session_close(table, at_ms(1000), 1, SESSION_KICKED);
	ended(table, 1100, 501, SESSION_EXITED, 5);
	(void)drain(table);
	assert_int_equal(session_tick(table, at_ms(1500)), 2100);
	assert_int_equal(actions_of(table), 0);
	(void)session_tick(table, at_ms(2100));
	assert_int_equal(actions_of(table), CLOSE);
	session_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_combination),
		cmocka_unit_test(test_every_orphan),
		cmocka_unit_test(test_names_are_complete),
		cmocka_unit_test(test_exit_statuses),
		cmocka_unit_test(test_goodbyes_come_in_order),
		cmocka_unit_test(test_a_silent_worker_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
