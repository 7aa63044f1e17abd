/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_charon.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "daemon/acls.h"
#include "daemon/charon.h"
#include "daemon/marks.h"
#include "daemon/loop.h"
#include "daemon/pppds.h"
#include "daemon/stays.h"
#include "daemon/workers.h"
#include "drive/pidfile.h"
#include "drive/process.h"

#define PATIENCE_MS 10000

static const char policy_text[] = "{\"version\": 1, \"gateway\": {\"name\": \"vpn.example.net\"},"
				  "\"ipsec\": {\"psk\": \"0123456789abcdef0123456789abcdef\"},"
				  "\"users\": [{\"name\": \"alice\", \"password\": \"secret\"}]}";

/* charon's process is a sleep that the supervisor adopts; its socket is played by the test. */
struct world {
	struct gateway gateway;
	struct fake_charon fake;
	struct process process;
	char dir[32];
};

static struct policy *make_policy(void)
{
	struct diags diags;
	struct policy *policy =
	    policy_load("policy.json", policy_text, strlen(policy_text), NULL, NULL, &diags);

	diags_free(&diags);
	return policy;
}

static void make_process(struct world *world)
{
	static const char *const argv[] = { "/bin/sleep", "1000", NULL };
	const struct spawn spawn = { .argv = argv, .out = -1 };
	struct pidfile file = { .pid = 0 };
	struct err err;

	assert_int_equal(process_spawn(&spawn, &world->process, &err), 0);
	file.pid = world->process.pid;
	file.start = world->process.start;
	assert_int_equal(pidfile_write(world->gateway.paths.charon_pid, &file, &err), 0);
}

static int world_make(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct gateway *gateway = &world->gateway;
	const struct plan_paths paths = { .run = gateway->paths.run, .plugin = "/plugin.so" };
	struct err err;

	strcpy(world->dir, "/tmp/test-charon-XXXXXX");
	if (!mkdtemp(world->dir) || setenv("L2TPGW_RUN", world->dir, 1) < 0 ||
	    paths_load(&gateway->paths, &err) < 0 || mkdir(gateway->paths.sessions, 0700) < 0 ||
	    sd_event_new(&gateway->loop) < 0)
		return -1;
	gateway->policy = make_policy();
	gateway->plan = plan_make(gateway->policy, &paths, NULL, 0, &err);
	gateway->sessions = session_table_new(gateway->policy);
	gateway->pppds = pppds_new(gateway);
	gateway->acls = acls_new(gateway);
	gateway->stays = stays_new(gateway);
	gateway->workers = workers_new(gateway);
	gateway->charon = charon_new(gateway);
	make_process(world);
	fake_open(&world->fake, gateway->paths.vici);
	world->fake.forgot = true;
	*state = world;
	return 0;
}

static int world_free(void **state)
{
	struct world *world = *state;
	struct gateway *gateway = &world->gateway;
	pid_t pid = world->process.pid;

	charon_free(gateway->charon);
	workers_free(gateway->workers);
	stays_free(gateway->stays);
	acls_free(gateway->acls);
	pppds_free(gateway->pppds);
	session_table_free(gateway->sessions);
	plan_free(gateway->plan);
	policy_free(gateway->policy);
	sd_event_unref(gateway->loop);
	fake_close(&world->fake);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	process_release(&world->process);
	(void)unlink(gateway->paths.vici);
	(void)unlink(gateway->paths.charon_pid);
	(void)rmdir(gateway->paths.sessions);
	(void)rmdir(world->dir);
	free(world);
	return 0;
}

static void turn(struct world *world)
{
	fake_turn(&world->fake);
	assert_true(sd_event_run(world->gateway.loop, 2000) >= 0);
}

static void turns(struct world *world, uint64_t ms)
{
	uint64_t end = loop_ms() + ms;

	while (loop_ms() < end)
		turn(world);
}

static bool told(struct world *world, const char *what)
{
	return strstr(buf_text(&world->fake.story), what);
}

static void until_told(struct world *world, const char *what)
{
	uint64_t end = loop_ms() + PATIENCE_MS;

	while (!told(world, what) && loop_ms() < end)
		turn(world);
	if (!told(world, what))
		fail_msg("no %s in: %s", what, buf_text(&world->fake.story));
}

static void until_ready(struct world *world)
{
	uint64_t end = loop_ms() + PATIENCE_MS;

	while (!charon_ready(world->gateway.charon) && loop_ms() < end)
		turn(world);
	assert_true(charon_ready(world->gateway.charon));
}

static void expect_status(const struct world *world, const char *state, const char *detail)
{
	json_t *status = charon_status(world->gateway.charon);
	const char *text = json_string_value(json_object_get(status, "detail"));

	assert_string_equal(json_string_value(json_object_get(status, "state")), state);
	assert_non_null(text);
	assert_non_null(strstr(text, detail));
	json_decref(status);
}

static void a_fresh_one_gets_what_the_plan_says(void **state)
{
	struct world *world = *state;

	charon_start(world->gateway.charon);
	until_ready(world);
	assert_string_equal(buf_text(&world->fake.story), "version stats get-conns list-sas "
							  "load-shared load-conn(l2tpgw) ");
	expect_status(world, "ready", "5.9.8");
}

static void nothing_is_listed_before_all_events_are_registered(void **state)
{
	struct world *world = *state;

	world->fake.hold_confirms = true;
	charon_start(world->gateway.charon);
	until_told(world, "get-conns");
	turns(world, 100);
	assert_false(told(world, "list-sas"));
	fake_confirm(&world->fake);
	until_ready(world);
}

/* What an earlier charon left: SAs with the marks 1 to `count`, in use by nobody but the kernel. */
static void leave_marks(struct world *world, uint32_t count)
{
	struct session_table *sessions = world->gateway.sessions;
	struct session_action action;

	session_charon_up(sessions, gateway_now(), 1);
	for (uint32_t mark = 1; mark <= count; mark++) {
		struct sa_child child = { .id = mark, .mark = mark, .state = SA_CHILD_LIVE };
		struct sa_event event = { .kind = SA_CHILD_UP,
					  .children = &child,
					  .children_count = 1 };

		event.ike.id = mark;
		event.ike.remote = 0xcb007100 + mark;
		session_sa(sessions, gateway_now(), &event);
	}
	session_charon_died(sessions, gateway_now());
	while (session_next(sessions, &action))
		;
	assert_int_equal(session_total(sessions), count);
}

static unsigned occurrences(const struct world *world, const char *what)
{
	unsigned count = 0;

	for (const char *at = buf_text(&world->fake.story); (at = strstr(at, what)); at++)
		count++;
	return count;
}

static void marks_in_use_are_passed_over_before_anybody_can_connect(void **state)
{
	struct world *world = *state;
	const char *ours, *last;

	leave_marks(world, 1200);
	charon_start(world->gateway.charon);
	until_ready(world);
	assert_int_equal(occurrences(world, "load-conn(l2tpgw-marks) unload-conn"),
			 (1200 + MARKS_AT_ONCE - 1) / MARKS_AT_ONCE);
	ours = strstr(buf_text(&world->fake.story), "load-shared");
	last = strstr(buf_text(&world->fake.story), "load-conn(l2tpgw) ");
	assert_non_null(ours);
	assert_null(strstr(ours, "marks"));
	assert_true(ours < last);
}

static void one_that_knows_our_connection_keeps_its_marks(void **state)
{
	struct world *world = *state;

	world->fake.forgot = false;
	leave_marks(world, 20);
	charon_start(world->gateway.charon);
	until_ready(world);
	assert_int_equal(occurrences(world, "marks"), 0);
}

static void a_refusal_is_told_in_charons_words(void **state)
{
	struct world *world = *state;

	world->fake.refuse = true;
	charon_start(world->gateway.charon);
	until_told(world, "load-conn(l2tpgw)");
	turns(world, 50);
	expect_status(world, "starting", "no such algorithm");
	/* A policy that it takes makes it ready. */
	world->fake.refuse = false;
	charon_load(world->gateway.charon);
	until_ready(world);
	expect_status(world, "ready", "5.9.8");
}

static void one_that_hangs_up_is_connected_to_again(void **state)
{
	struct world *world = *state;

	charon_start(world->gateway.charon);
	until_ready(world);
	buf_free(&world->fake.story);
	fake_hang_up(&world->fake);
	until_told(world, "version stats get-conns list-sas");
	until_ready(world);
	assert_int_equal(kill(world->process.pid, 0), 0);
}

/* It is a child of the test's, which has to reap it. */
static void until_ended(struct world *world)
{
	uint64_t end = loop_ms() + PATIENCE_MS;

	while (waitpid(world->process.pid, NULL, WNOHANG) == 0 && loop_ms() < end)
		turn(world);
	while (access(world->gateway.paths.charon_pid, F_OK) == 0 && loop_ms() < end)
		turn(world);
	assert_int_equal(access(world->gateway.paths.charon_pid, F_OK), -1);
}

/* Whoever waits for the next one is not told by the one before that it is ready. */
static void one_that_is_told_to_end_is_not_ready_any_more(void **state)
{
	struct world *world = *state;

	charon_start(world->gateway.charon);
	until_ready(world);
	charon_restart(world->gateway.charon);
	assert_false(charon_ready(world->gateway.charon));
	assert_null(charon_link(world->gateway.charon));
}

static void ours_ends_when_it_is_to_be_somebody_elses(void **state)
{
	struct world *world = *state;

	charon_start(world->gateway.charon);
	until_ready(world);
	world->gateway.plan->charon_managed = false;
	charon_restart(world->gateway.charon);
	assert_false(charon_ready(world->gateway.charon));
	until_ended(world);
}

/* l2tpgwd was killed after ours had been started, and it is undone. */
static void so_it_does_when_that_was_cut_off(void **state)
{
	struct world *world = *state;

	world->gateway.plan->charon_managed = false;
	charon_start(world->gateway.charon);
	until_ended(world);
}

static void freed_at_any_moment(void **state)
{
	struct world *world = *state;

	world->fake.deaf = true;
	charon_start(world->gateway.charon);
	turns(world, 100);
	assert_false(charon_ready(world->gateway.charon));
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_fresh_one_gets_what_the_plan_says),
		WORLD_TEST(nothing_is_listed_before_all_events_are_registered),
		WORLD_TEST(marks_in_use_are_passed_over_before_anybody_can_connect),
		WORLD_TEST(one_that_knows_our_connection_keeps_its_marks),
		WORLD_TEST(a_refusal_is_told_in_charons_words),
		WORLD_TEST(one_that_hangs_up_is_connected_to_again),
		WORLD_TEST(one_that_is_told_to_end_is_not_ready_any_more),
		WORLD_TEST(ours_ends_when_it_is_to_be_somebody_elses),
		WORLD_TEST(so_it_does_when_that_was_cut_off),
		WORLD_TEST(freed_at_any_moment),
	};

	/* What it does to nftables and IPsec is to happen to nobody. */
	if (geteuid() == 0 && unshare(CLONE_NEWNET) < 0)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
