/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/listener.h"

#define PATIENCE_MS 10000

static unsigned arrived;

static void on_arrival(void *user, int fd, const struct local_peer *peer)
{
	(void)user;
	assert_int_equal(peer->pid, getpid());
	arrived++;
	close(fd);
}

static struct rlimit limit_descriptors(rlim_t count)
{
	struct rlimit before, limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = count;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return before;
}

static unsigned turns_within(sd_event *loop, uint64_t ms)
{
	uint64_t end = loop_ms() + ms;
	unsigned turns = 0;

	for (; loop_ms() < end && !arrived; turns++)
		assert_true(sd_event_run(loop, 100000) >= 0);
	return turns;
}

/* No descriptor is left: the loop rests; one is free again: whoever waited is served. */
static void without_descriptors_it_rests(void **state)
{
	char dir[] = "/tmp/test-listener-XXXXXX", path[64];
	struct listener listener;
	struct rlimit before;
	struct err err;
	const struct listener_place place = { path, SOCK_STREAM, 0600, NULL };
	sd_event *loop;
	int client;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/socket", dir);
	assert_int_equal(sd_event_new(&loop), 0);
	assert_int_equal(listener_open(&listener, loop, &place, "test", on_arrival, NULL, &err), 0);
	client = local_connect(path, SOCK_STREAM, 1000, &err);
	assert_true(client >= 0);
	before = limit_descriptors((rlim_t)client + 1);
	assert_in_range(turns_within(loop, 1000), 1, 40);
	assert_int_equal(arrived, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	(void)turns_within(loop, PATIENCE_MS);
	assert_int_equal(arrived, 1);
	close(client);
	listener_close(&listener);
	sd_event_unref(loop);
	(void)unlink(path);
	(void)rmdir(dir);
}

/* Whoever comes later finds it again. */
static void a_file_that_was_removed_is_put_back(void **state)
{
	char dir[] = "/tmp/test-listener-XXXXXX", path[64];
	const struct listener_place place = { path, SOCK_STREAM, 0600, NULL };
	struct listener listener;
	struct err err;
	sd_event *loop;
	int client;

	(void)state;
	arrived = 0;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/socket", dir);
	assert_int_equal(sd_event_new(&loop), 0);
	assert_int_equal(listener_open(&listener, loop, &place, "test", on_arrival, NULL, &err), 0);
	listener_put_back(&listener);
	assert_int_equal(unlink(path), 0);
	listener_put_back(&listener);
	client = local_connect(path, SOCK_STREAM, 1000, &err);
	assert_true(client >= 0);
	(void)turns_within(loop, PATIENCE_MS);
	assert_int_equal(arrived, 1);
	close(client);
	listener_close(&listener);
	sd_event_unref(loop);
	(void)unlink(path);
	(void)rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_descriptors_it_rests),
		cmocka_unit_test(a_file_that_was_removed_is_put_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
