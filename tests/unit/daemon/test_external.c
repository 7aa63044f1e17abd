/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_charon.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "daemon/external.h"

struct world {
	struct fake_charon fake;
	char dir[64], path[96];
	pthread_t thread;
	atomic_bool stop;
};

static void *play(void *user)
{
	struct world *world = user;

	while (!atomic_load(&world->stop)) {
		fake_turn(&world->fake);
		(void)usleep(1000);
	}
	return NULL;
}

static int world_make(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	strcpy(world->dir, "/tmp/test-external-XXXXXX");
	if (!mkdtemp(world->dir))
		return -1;
	(void)snprintf(world->path, sizeof(world->path), "%s/vici", world->dir);
	fake_open(&world->fake, world->path);
	*state = world;
	return 0;
}

static int world_free(void **state)
{
	struct world *world = *state;

	fake_close(&world->fake);
	(void)unlink(world->path);
	(void)rmdir(world->dir);
	free(world);
	return 0;
}

static int forget(struct world *world, struct err *err)
{
	int result;

	assert_int_equal(pthread_create(&world->thread, NULL, play, world), 0);
	result = external_forget(world->path, err);
	atomic_store(&world->stop, true);
	assert_int_equal(pthread_join(world->thread, NULL), 0);
	return result;
}

/* Without waiting in charon, which can deadlock there; so their end is looked for. */
static void ours_are_ended_and_waited_for(void **state)
{
	struct world *world = *state;
	struct err err = { .code = ERR_NONE };

	world->fake.ours = 2;
	assert_int_equal(forget(world, &err), 0);
	assert_string_equal(buf_text(&world->fake.story),
			    "unload-conn unload-shared terminate(l2tpgw, -1) "
			    "list-sas list-sas list-sas ");
}

static void one_that_is_not_there_is_fine(void **state)
{
	struct world *world = *state;
	struct err err = { .code = ERR_NONE };

	assert_int_equal(unlink(world->path), 0);
	assert_int_equal(external_forget(world->path, &err), 0);
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(ours_are_ended_and_waited_for),
		WORLD_TEST(one_that_is_not_there_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
