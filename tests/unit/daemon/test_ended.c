/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pppds leave when no l2tpgwd hears them. */
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/messages.h"
#include "daemon/ended.h"
#include "daemon/records.h"
#include "drive/procfs.h"
#include "radius_world.h"

#define IDENTITY "vip=198.18.16.1\0pid=501\0starttime=5010\0"
#define GOOD     "type=down\0" IDENTITY "status=0\0authenticated=1\0rx=3000\0tx=5000000000"
#define NAME     "ended/501-5010"

static const struct session_pid pppd = { .pid = 501, .start = 5010 };

static int setup(void **state)
{
	return world_make(state) < 0 ? -1 : mkdir(gateway.paths.ended, 0700);
}

static void leave(const char *name, const void *data, size_t len)
{
	struct err err;

	assert_int_equal(file_write(tmpdir_path(name), data, len, 0600, false, &err), 0);
}

static bool is_there(const char *name)
{
	struct stat st;

	return lstat(tmpdir_path(name), &st) == 0;
}

static void a_last_word_is_read(void **state)
{
	struct session_end end;

	(void)state;
	leave(NAME, GOOD, sizeof(GOOD));
	end = ended_read(&gateway.paths, pppd);
	assert_int_equal(end.how, SESSION_EXITED);
	assert_int_equal(end.code, 0);
	assert_int_equal(end.pppd.pid, 501);
	assert_true(end.counted && end.rx_bytes == 3000 && end.tx_bytes == UINT64_C(5000000000));
	assert_true(is_there(NAME));
	ended_remove(&gateway.paths, pppd);
	assert_false(is_there(NAME));
	assert_int_equal(ended_read(&gateway.paths, pppd).how, SESSION_VANISHED);
}

static void nonsense_is_not_believed(void **state)
{
	static const char big[FIELDS_MAX + 1] = GOOD;
	static const struct {
		const char *data;
		size_t len;
	} rows[] = {
		{ "", 0 },
		{ GOOD, sizeof(GOOD) - 1 }, /* cut */
		{ big, sizeof(big) },
#define ROW(text) { text, sizeof(text) }
		ROW("type=up\0" IDENTITY "ifname=l2tpgw1"),
		ROW("type=down\0" IDENTITY "status=256"),
		ROW("type=down\0vip=198.18.16.1\0pid=502\0starttime=5010\0status=0"),
		ROW("type=down\0vip=198.18.16.1\0pid=501\0starttime=5011\0status=0"),
	};

	(void)state;
	for (size_t i = 0; i < array_size(rows); i++) {
		leave(NAME, rows[i].data, rows[i].len);
		assert_int_equal(ended_read(&gateway.paths, pppd).how, SESSION_VANISHED);
	}
}

/* Nor is anything waited for, or looked for elsewhere. */
static void only_files_are_read(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(tmpdir_path(NAME), 0600), 0);
	assert_int_equal(ended_read(&gateway.paths, pppd).how, SESSION_VANISHED);
	ended_remove(&gateway.paths, pppd);
	leave("other", GOOD, sizeof(GOOD));
	assert_int_equal(symlink(tmpdir_path("other"), tmpdir_path(NAME)), 0);
	assert_int_equal(ended_read(&gateway.paths, pppd).how, SESSION_VANISHED);
}

static void record_client(uint32_t n)
{
	struct session_table *before = with_clients(&policy, n);
	struct fields fields;
	char name[32];

	session_encode(session_by_slot(before, fabric_slot(n)), &fields);
	(void)snprintf(name, sizeof(name), "sessions/%u", fabric_slot(n));
	leave(name, fields.data, fields.len);
	session_table_free(before);
}

static bool next_stop(struct session_account *account)
{
	struct session_action action;

	while (session_next(gateway.sessions, &action)) {
		if (action.kind != SESSION_ACCOUNT)
			continue;
		*account = *action.account;
		return true;
	}
	return false;
}

/* The record is older than what pppd left. */
static void a_restored_session_ends_as_told(void **state)
{
	struct session_account account;

	(void)state;
	record_client(1);
	leave(NAME, GOOD, sizeof(GOOD));
	records_restore(&gateway);
	assert_true(next_stop(&account));
	assert_int_equal(account.event, ACCOUNT_STOP);
	assert_int_equal(account.cause, 1);
	assert_true(account.rx_bytes == 3000 && account.tx_bytes == UINT64_C(5000000000));
	assert_false(next_stop(&account));
	ended_sweep(&gateway);
	assert_false(is_there(NAME));
}

/* A process that waits to be killed. */
static struct session_pid make_process(void)
{
	struct procfs_stat stat;
	struct err err;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		pause();
		_exit(0);
	}
	assert_int_equal(procfs_stat(pid, &stat, &err), 0);
	return (struct session_pid){ .pid = (uint32_t)pid, .start = stat.start };
}

static void log_in(struct session_pid pid)
{
	const struct mschap_proof proof = proof_of("alice");
	const struct session_request request = { .vip = fabric_vip(1),
						 .pppd = pid,
						 .user = "alice",
						 .auth = "mschapv2",
						 .proof = &proof };
	const struct session_link link = { .pppd = pid, .ifname = "l2tpgw1", .mtu = 1400 };
	struct session_answer said;

	secure(gateway.sessions, 0, 1);
	assert_int_equal(session_admit(gateway.sessions, at_ms(0), &request, false, &said),
			 SESSION_ADMIT);
	session_ppp_up(gateway.sessions, at_ms(0), &link);
	assert_true(pppds_watch(gateway.pppds, pid));
	(void)drain(gateway.sessions);
}

/* What it could not say was left while we were beginning, or too busy to hear it. */
static void a_watched_pppd_ends_as_told(void **state)
{
	const struct session_pid pid = make_process();
	struct fields word;
	char name[64];

	(void)state;
	log_in(pid);
	fields_init(&word);
	fields_put(&word, MSG_TYPE, MSG_DOWN);
	fields_put_number(&word, MSG_PID, pid.pid);
	fields_put_number(&word, MSG_STARTTIME, pid.start);
	fields_put_number(&word, MSG_STATUS, 0);
	fields_put_number(&word, MSG_RX, 3000);
	fields_put_number(&word, MSG_TX, 4000);
	(void)snprintf(name, sizeof(name), "ended/" MSG_ENDED_NAME, pid.pid, pid.start);
	leave(name, word.data, word.len);
	ended_sweep(&gateway);
	assert_true(is_there(name));
	assert_int_equal(kill((pid_t)pid.pid, SIGKILL), 0);
	turn_until(fake_radius_take(&fake));
	assert_int_equal(said_number(RADIUS_ACCT_STATUS_TYPE), 2);
	assert_int_equal(said_number(RADIUS_ACCT_INPUT_OCTETS), 3000);
	assert_int_equal(said_number(RADIUS_ACCT_OUTPUT_OCTETS), 4000);
	assert_int_equal(said_number(RADIUS_ACCT_TERMINATE_CAUSE), 1);
	assert_false(is_there(name));
	assert_int_equal(waitpid((pid_t)pid.pid, NULL, 0), (pid_t)pid.pid);
}

static void what_is_of_nobody_is_removed(void **state)
{
	(void)state;
	secure(gateway.sessions, 0, 2);
	connect_client(gateway.sessions, 0, 1, "alice");
	leave(NAME, GOOD, sizeof(GOOD));
	leave(NAME ".abcdef~", GOOD, 7);
	leave("ended/502-5010", GOOD, sizeof(GOOD));
	leave("ended/501-5011", GOOD, sizeof(GOOD));
	leave("ended/501", GOOD, sizeof(GOOD));
	leave("ended/.hidden", GOOD, sizeof(GOOD));
	leave("ended/0-0", GOOD, sizeof(GOOD));
	leave("ended/-", GOOD, sizeof(GOOD));
	ended_sweep(&gateway);
	assert_true(is_there(NAME));
	assert_true(is_there(NAME ".abcdef~"));
	assert_false(is_there("ended/502-5010"));
	assert_false(is_there("ended/501-5011"));
	assert_false(is_there("ended/501"));
	assert_false(is_there("ended/.hidden"));
	assert_false(is_there("ended/0-0"));
	assert_false(is_there("ended/-"));
	(void)drain(gateway.sessions);
}

static void without_the_folder_nothing_is_known(void **state)
{
	(void)state;
	assert_int_equal(rmdir(gateway.paths.ended), 0);
	assert_int_equal(ended_read(&gateway.paths, pppd).how, SESSION_VANISHED);
	ended_remove(&gateway.paths, pppd);
	ended_sweep(&gateway);
	assert_false(is_there("ended"));
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, world_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_last_word_is_read),
		test(nonsense_is_not_believed),
		test(only_files_are_read),
		test(a_restored_session_ends_as_told),
		test(a_watched_pppd_ends_as_told),
		test(what_is_of_nobody_is_removed),
		test(without_the_folder_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
