/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "daemon/supervised.h"

#define PATIENCE_MS 10000

struct world {
	sd_event *loop;
	char dir[64];
	struct supervised s;
	unsigned started, gone, ended;
	bool refuse; /* spawning fails */
	char program[96];
};

static int world_spawn(void *user, struct process *process, struct err *err)
{
	struct world *world = user;
	const char *const argv[] = { world->program, "1000", NULL };
	const struct spawn spawn = {
		.argv = argv, .out = -1, .forked = supervised_note, .user = &world->s
	};

	if (world->refuse)
		return err_set(err, ERR_FAILED, "the module is missing");
	return process_spawn(&spawn, process, err);
}

static void world_started(void *user)
{
	((struct world *)user)->started++;
}

static void world_gone(void *user)
{
	((struct world *)user)->gone++;
}

static void world_ended(void *user)
{
	((struct world *)user)->ended++;
}

static const struct supervised_ops ops = { world_spawn, world_started, world_gone, world_ended };

static void begin(struct world *world)
{
	char path[PATHS_MAX];

	(void)snprintf(path, sizeof(path), "%s/x.pid", world->dir);
	supervised_init(&world->s, world->loop, "x", path, &ops, world);
}

static int world_make(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	strcpy(world->program, "/bin/sleep");
	strcpy(world->dir, "/tmp/test-supervised-XXXXXX");
	if (!mkdtemp(world->dir) || sd_event_new(&world->loop) < 0)
		return -1;
	begin(world);
	*state = world;
	return 0;
}

static int world_free(void **state)
{
	struct world *world = *state;
	char path[PATHS_MAX];

	if (world->s.process.pid)
		(void)kill(world->s.process.pid, SIGKILL);
	(void)process_wait(&world->s.process, PATIENCE_MS);
	(void)waitpid(-1, NULL, WNOHANG);
	supervised_free(&world->s);
	sd_event_unref(world->loop);
	(void)snprintf(path, sizeof(path), "%s/x.pid", world->dir);
	(void)unlink(path);
	(void)rmdir(world->dir);
	free(world);
	return 0;
}

static void run_until(struct world *world, const unsigned *what, unsigned count)
{
	uint64_t end = loop_ms() + PATIENCE_MS;

	while (*what < count && loop_ms() < end)
		assert_true(sd_event_run(world->loop, 100000) >= 0);
	assert_int_equal(*what, count);
}

static void one_that_dies_is_reaped_and_started_again(void **state)
{
	struct world *world = *state;
	pid_t first;

	supervised_start(&world->s, "");
	assert_int_equal(world->started, 1);
	supervised_answered(&world->s);
	assert_int_equal(world->s.child.state, CHILD_READY);
	first = world->s.process.pid;
	assert_int_equal(kill(first, SIGKILL), 0);
	run_until(world, &world->gone, 1);
	assert_int_equal(waitpid(first, NULL, WNOHANG), -1);
	assert_non_null(strstr(world->s.failure, "signal 9"));
	run_until(world, &world->started, 2);
	assert_int_not_equal(world->s.process.pid, first);
	supervised_answered(&world->s);
	assert_string_equal(world->s.failure, "");
	assert_int_equal(world->s.child.restarts, 1);
}

static void one_that_is_stopped_is_seen_and_killed(void **state)
{
	struct world *world = *state;
	uint64_t end = loop_ms() + PATIENCE_MS;

	supervised_start(&world->s, "");
	supervised_answered(&world->s);
	assert_false(supervised_stopped(&world->s));
	assert_int_equal(kill(world->s.process.pid, SIGSTOP), 0);
	while (!supervised_stopped(&world->s) && loop_ms() < end)
		(void)usleep(1000);
	assert_true(supervised_stopped(&world->s));
	supervised_frozen(&world->s);
	run_until(world, &world->gone, 1);
	/* The cause, not what we did about it. */
	assert_non_null(strstr(world->s.failure, "did not answer"));
}

static void a_pid_file_that_was_removed_is_put_back(void **state)
{
	struct world *world = *state;
	struct pidfile file;
	struct err err;

	supervised_start(&world->s, "abcd");
	assert_int_equal(unlink(world->s.pid_path), 0);
	supervised_put_back(&world->s);
	assert_int_equal(pidfile_read(world->s.pid_path, &file, &err), 0);
	assert_int_equal(file.pid, world->s.process.pid);
	assert_string_equal(file.digest, "abcd");
}

static void copy_program(const char *path)
{
	cleanup_buf struct buf content = BUF_INIT;
	struct err err;

	assert_int_equal(file_read("/bin/sleep", 1u << 24, &content, &err), 0);
	assert_int_equal(file_write(path, content.data, content.len, 0755, false, &err), 0);
}

/* Until it is started anew, and then it runs what is there now. */
static void one_whose_program_was_replaced_is_told_of(void **state)
{
	struct world *world = *state;

	(void)snprintf(world->program, sizeof(world->program), "%s/sleep", world->dir);
	copy_program(world->program);
	supervised_start(&world->s, "");
	supervised_answered(&world->s);
	copy_program(world->program);
	supervised_look(&world->s);
	assert_string_equal(world->s.replaced, "sleep");
	assert_int_equal(kill(world->s.process.pid, SIGKILL), 0);
	run_until(world, &world->started, 2);
	assert_string_equal(world->s.replaced, "");
	supervised_look(&world->s);
	assert_string_equal(world->s.replaced, "");
	assert_int_equal(unlink(world->program), 0);
}

/* Whoever asks for the status often has nobody read what is mapped each time. */
static void it_is_looked_at_now_and_then(void **state)
{
	struct world *world = *state;

	(void)snprintf(world->program, sizeof(world->program), "%s/sleep", world->dir);
	copy_program(world->program);
	supervised_start(&world->s, "");
	supervised_look(&world->s);
	assert_int_equal(unlink(world->program), 0);
	supervised_look(&world->s);
	assert_string_equal(world->s.replaced, "");
	world->s.look_due = 0;
	supervised_look(&world->s);
	assert_string_equal(world->s.replaced, "sleep");
}

static void one_that_cannot_start_says_why_and_is_tried_again(void **state)
{
	struct world *world = *state;

	world->refuse = true;
	supervised_start(&world->s, "");
	assert_int_equal(world->gone, 1);
	assert_int_equal(world->s.child.state, CHILD_WAITING);
	assert_non_null(strstr(world->s.failure, "the module is missing"));
	world->refuse = false;
	run_until(world, &world->started, 1);
	assert_true(world->s.process.pid > 0);
}

static void the_next_supervisor_adopts_it(void **state)
{
	struct world *world = *state;
	pid_t pid;

	supervised_start(&world->s, "");
	pid = world->s.process.pid;
	supervised_free(&world->s);
	begin(world);
	supervised_start(&world->s, "");
	assert_int_equal(world->s.process.pid, pid);
	assert_true(world->s.adopted);
	assert_int_equal(kill(pid, SIGKILL), 0);
	run_until(world, &world->gone, 1);
}

static void one_that_is_not_wanted_ends_for_good(void **state)
{
	struct world *world = *state;
	pid_t pid;

	supervised_start(&world->s, "");
	supervised_answered(&world->s);
	pid = world->s.process.pid;
	supervised_stop(&world->s);
	run_until(world, &world->ended, 1);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	assert_int_equal(world->s.child.state, CHILD_DOWN);
	assert_int_equal(world->gone, 0);
	assert_int_equal(world->started, 1);
}

/* Wanted again before it is gone: the next one has the new digest. */
static void one_that_is_wanted_again_starts_anew(void **state)
{
	struct world *world = *state;
	struct pidfile file;
	struct err err;

	supervised_start(&world->s, "aa");
	supervised_stop(&world->s);
	supervised_start(&world->s, "bb");
	run_until(world, &world->started, 2);
	assert_int_equal(world->ended, 0);
	assert_int_equal(pidfile_read(world->s.pid_path, &file, &err), 0);
	assert_string_equal(file.digest, "bb");
	assert_int_equal(file.pid, world->s.process.pid);
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(one_that_dies_is_reaped_and_started_again),
		WORLD_TEST(one_that_is_stopped_is_seen_and_killed),
		WORLD_TEST(a_pid_file_that_was_removed_is_put_back),
		WORLD_TEST(one_whose_program_was_replaced_is_told_of),
		WORLD_TEST(it_is_looked_at_now_and_then),
		WORLD_TEST(one_that_cannot_start_says_why_and_is_tried_again),
		WORLD_TEST(the_next_supervisor_adopts_it),
		WORLD_TEST(one_that_is_not_wanted_ends_for_good),
		WORLD_TEST(one_that_is_wanted_again_starts_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
