/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

/*
 * Generations of workers without xl2tpd: each worker is a sleep that is adopted by its pid file.
 * The map of sessions that stay is in a table of a network namespace of the test's own.
 */
#include <signal.h>
#include <sys/wait.h>

#include "../drive/netns.h"
#include "../drive/tmpdir.h"
#include "../session/helper.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "daemon/accounting.h"
#include "daemon/acls.h"
#include "daemon/charon.h"
#include "daemon/loop.h"
#include "daemon/pppds.h"
#include "daemon/radius_link.h"
#include "daemon/stays.h"
#include "daemon/transaction.h"
#include "daemon/workers.h"
#include "drive/nft.h"
#include "drive/pidfile.h"
#include "drive/process.h"

#define PATIENCE_MS 10000
#define SLOT        5u

static unsigned followed;

void transaction_follow(struct gateway *gateway)
{
	(void)gateway;
	followed++;
}

struct world {
	struct gateway gateway;
	struct policy policy;
	struct process process[FABRIC_WORKERS_MAX + 1];
};

static struct plan *make_plan(struct world *world, const struct plan_running *running, size_t count)
{
	const struct plan_paths paths = { .run = world->gateway.paths.run, .plugin = "/plugin.so" };
	struct err err = { 0 };
	struct plan *plan = plan_make(&world->policy, &paths, running, count, &err);

	if (!plan)
		fail_msg("%s", err.text);
	return plan;
}

static void parts_begin(struct gateway *gateway)
{
	gateway->radius = radius_link_new(gateway);
	gateway->accounting = accounting_new(gateway);
	gateway->pppds = pppds_new(gateway);
	gateway->acls = acls_new(gateway);
	gateway->stays = stays_new(gateway);
	gateway->workers = workers_new(gateway);
	gateway->charon = charon_new(gateway);
}

static void parts_end(struct gateway *gateway)
{
	charon_free(gateway->charon);
	workers_free(gateway->workers);
	stays_free(gateway->stays);
	acls_free(gateway->acls);
	pppds_free(gateway->pppds);
	radius_link_free(gateway->radius);
	accounting_free(gateway->accounting);
}

static int world_make(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct gateway *gateway = &world->gateway;
	struct err err;

	if (tmpdir_make(state) < 0 || setenv("L2TPGW_RUN", tmpdir, 1) < 0 ||
	    setenv("L2TPGW_STATE", tmpdir, 1) < 0 || paths_load(&gateway->paths, &err) < 0 ||
	    mkdir(gateway->paths.sessions, 0700) < 0 || mkdir(gateway->paths.results, 0700) < 0 ||
	    sd_event_new(&gateway->loop) < 0)
		return -1;
	world->policy = test_policy();
	world->policy.ipsec.psk = "secret";
	world->policy.ipsec.psk_len = 6;
	world->policy.ppp.mtu = world->policy.ppp.mru = 1400;
	world->policy.l2tp.retries = 5;
	gateway->policy = &world->policy;
	gateway->sessions = session_table_new(&world->policy);
	gateway->plan = make_plan(world, NULL, 0);
	gateway->stopping = true; /* nothing is applied to this machine */
	followed = 0;
	parts_begin(gateway);
	*state = world;
	return 0;
}

static int world_free(void **state)
{
	struct world *world = *state;

	parts_end(&world->gateway);
	session_table_free(world->gateway.sessions);
	plan_free(world->gateway.plan);
	sd_event_unref(world->gateway.loop);
	for (unsigned n = 1; n <= FABRIC_WORKERS_MAX; n++) {
		if (!world->process[n].pid)
			continue;
		(void)kill(world->process[n].pid, SIGKILL);
		(void)waitpid(world->process[n].pid, NULL, 0);
		process_release(&world->process[n]);
	}
	free(world);
	return tmpdir_remove(state);
}

static void runs(struct world *world, unsigned number, const char *digest)
{
	static const char *const argv[] = { "/bin/sleep", "1000", NULL };
	const struct spawn spawn = { .argv = argv, .out = -1 };
	struct pidfile file = { .pid = 0 };
	char path[PATHS_MAX];
	struct err err;

	assert_int_equal(process_spawn(&spawn, &world->process[number], &err), 0);
	file.pid = world->process[number].pid;
	file.start = world->process[number].start;
	(void)snprintf(file.digest, sizeof(file.digest), "%s", digest);
	paths_worker(&world->gateway.paths, number, "pid", path);
	assert_int_equal(pidfile_write(path, &file, &err), 0);
}

/* "1 -2": 1 serves, 2 drains. */
static const char *running(struct world *world, char out[64])
{
	cleanup_arena struct arena *arena = arena_new();
	struct plan_running *list;
	size_t count, len = 0;

	out[0] = '\0';
	workers_running(world->gateway.workers, arena, &list, &count);
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(out + len, 64 - len, "%s%s%u", i ? " " : "",
					list[i].draining ? "-" : "", list[i].number);
	return out;
}

/* Makes a plan for what runs and puts it in force. */
static void follow(struct world *world)
{
	cleanup_arena struct arena *arena = arena_new();
	struct plan *old = world->gateway.plan;
	struct plan_running *list;
	size_t count;

	workers_running(world->gateway.workers, arena, &list, &count);
	world->gateway.plan = make_plan(world, list, count);
	workers_hold(world->gateway.workers, world->gateway.plan);
	workers_commit(world->gateway.workers);
	plan_free(old);
}

static void next_life(struct world *world)
{
	parts_end(&world->gateway);
	parts_begin(&world->gateway);
	workers_adopt(world->gateway.workers);
}

static void two_generations(struct world *world)
{
	runs(world, 1, world->gateway.plan->workers[0].digest);
	runs(world, 2, "aa");
	workers_adopt(world->gateway.workers);
	follow(world);
}

static bool has_file(const struct world *world, unsigned number, const char *suffix)
{
	char path[PATHS_MAX];

	paths_worker(&world->gateway.paths, number, suffix, path);
	return access(path, F_OK) == 0;
}

static void the_next_life_knows_who_drains(void **state)
{
	struct world *world = *state;
	char text[64];

	runs(world, 1, world->gateway.plan->workers[0].digest);
	runs(world, 2, "aa");
	workers_adopt(world->gateway.workers);
	assert_string_equal(running(world, text), "1 2");
	follow(world);
	assert_string_equal(running(world, text), "1 -2");
	assert_true(has_file(world, 2, "drain"));
	next_life(world);
	assert_string_equal(running(world, text), "1 -2");
}

static void one_that_drains_may_serve_again(void **state)
{
	struct world *world = *state;
	const struct plan_running second = { .number = 1, .digest = "bb", .draining = true };
	struct plan *other = make_plan(world, &second, 1);
	char text[64];

	runs(world, 1, "bb");
	runs(world, 2, other->workers[0].digest);
	workers_adopt(world->gateway.workers);
	follow(world);
	assert_string_equal(running(world, text), "-1 2");
	plan_free(other);
	assert_true(has_file(world, 1, "drain"));
	/* It is told to serve as if its configuration were right again. */
	world->gateway.plan->workers[1].draining = false;
	workers_commit(world->gateway.workers);
	assert_string_equal(running(world, text), "1 2");
	assert_false(has_file(world, 1, "drain"));
}

static void turn_until_gone(struct world *world, const char *left)
{
	uint64_t end = loop_ms() + PATIENCE_MS;
	char text[64];

	while (strcmp(running(world, text), left) != 0 && loop_ms() < end) {
		workers_tick(world->gateway.workers);
		assert_true(sd_event_run(world->gateway.loop, 10000) >= 0);
	}
	assert_string_equal(text, left);
}

static void one_that_drains_is_not_started_again(void **state)
{
	struct world *world = *state;

	two_generations(world);
	assert_false(workers_will_follow(world->gateway.workers));
	assert_int_equal(kill(world->process[2].pid, SIGKILL), 0);
	turn_until_gone(world, "1");
	/* Its address is still there. */
	assert_true(workers_will_follow(world->gateway.workers));
	workers_tick(world->gateway.workers);
	assert_true(workers_will_follow(world->gateway.workers));
	world->gateway.stopping = false;
	workers_tick(world->gateway.workers);
	assert_int_equal(followed, 1);
	assert_false(workers_will_follow(world->gateway.workers));
	assert_false(has_file(world, 2, "pid"));
	assert_false(has_file(world, 2, "drain"));
	assert_false(has_file(world, 2, "control"));
}

static void the_time_to_drain_is_limited(void **state)
{
	struct world *world = *state;
	char path[PATHS_MAX];
	struct err err;

	two_generations(world);
	/* An earlier life began it, an hour ago (or as long as this machine runs). */
	paths_worker(&world->gateway.paths, 2, "drain", path);
	assert_int_equal(file_write(path, "0\n", 2, 0644, false, &err), 0);
	next_life(world);
	workers_tick(world->gateway.workers);
	assert_true(has_file(world, 2, "drain"));
	world->policy.l2tp.drain = 1;
	turn_until_gone(world, "1");
	world->process[2].pid = 0; /* reaped as an adopted child */
}

/* ---- sessions that stay ---- */

static const struct session *up_on(struct world *world, unsigned worker)
{
	struct session_table *sessions = world->gateway.sessions;
	const struct mschap_proof proof = proof_of("alice");
	const struct session_request request = { .vip = fabric_vip(SLOT),
						 .pppd = pid_of(500),
						 .worker = worker,
						 .tunnel = 7,
						 .call = 8,
						 .user = "alice",
						 .auth = "mschapv2",
						 .proof = &proof };
	struct session_answer answer;

	session_charon_up(sessions, at_ms(0), LIFE);
	session_table_shards(sessions, world->gateway.plan->worker_of);
	secure(sessions, 0, SLOT);
	assert_int_equal(session_admit(sessions, at_ms(0), &request, false, &answer),
			 SESSION_ADMIT);
	link_up(sessions, 0, SLOT, 500);
	gateway_settle(&world->gateway);
	return session_by_slot(sessions, SLOT);
}

static bool kernel_has(const char *what)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = { 0 };

	if (nft_list("list map inet l2tpgw stays_on", true, 1 << 20, &text, &err) < 0)
		fail_msg("%s", err.text);
	return strstr(buf_text(&text), what);
}

static void table_begin(struct world *world)
{
	struct err err = { 0 };

	if (nft_table_delete(&err) < 0 || nft_run(world->gateway.plan->ruleset, &err) < 0)
		fail_msg("%s", err.text);
	stays_sessions_known(world->gateway.stays);
}

static void serve_by(struct world *world, uint8_t worker)
{
	memset(world->gateway.plan->worker_of, worker, FABRIC_SHARDS);
	session_table_shards(world->gateway.sessions, world->gateway.plan->worker_of);
}

static void sessions_stay_on_their_worker(void **state)
{
	struct world *world = *state;
	struct stays *stays = world->gateway.stays;
	uint8_t next[FABRIC_SHARDS];

	netns_needed();
	table_begin(world);
	(void)up_on(world, 1);
	assert_false(kernel_has("198.18.0."));
	memset(next, 2, sizeof(next));
	stays_follow(stays, next);
	assert_true(kernel_has("[5, \"198.18.0.1\"]"));
	stays_follow(stays, NULL); /* it came to nothing */
	assert_false(kernel_has("198.18.0."));
	stays_follow(stays, next);
	serve_by(world, 2);
	stays_follow(stays, NULL);
	assert_true(kernel_has("[5, \"198.18.0.1\"]"));
	/* Somebody removes the table, and it is put back. */
	table_begin(world);
	assert_true(kernel_has("[5, \"198.18.0.1\"]"));
	ended(world->gateway.sessions, 0, 500, SESSION_EXITED, 0);
	gateway_settle(&world->gateway);
	assert_false(kernel_has("198.18.0."));
}

static void tries_again(struct world *world)
{
	struct err err = { 0 };

	assert_int_equal(nft_run("add element inet l2tpgw redials { 5 }\n", &err), 0);
	stays_look(world->gateway.stays);
}

static void who_dials_anew_leaves(void **state)
{
	struct world *world = *state;
	const struct session *session;

	netns_needed();
	table_begin(world);
	session = up_on(world, 1);
	serve_by(world, 2);
	stays_follow(world->gateway.stays, NULL);
	tries_again(world);
	stays_look(world->gateway.stays);
	assert_int_equal(session->worker, 1);
	tries_again(world);
	assert_int_equal(session->worker, 2);
	assert_false(kernel_has("198.18.0."));
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(the_next_life_knows_who_drains),
		WORLD_TEST(one_that_drains_may_serve_again),
		WORLD_TEST(one_that_drains_is_not_started_again),
		WORLD_TEST(the_time_to_drain_is_limited),
		WORLD_TEST(sessions_stay_on_their_worker),
		WORLD_TEST(who_dials_anew_leaves),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
