/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <time.h>

#include "base/err.h"
#include "base/messages.h"
#include "fake_daemon.h"
#include "hooks/channel.h"

static struct fake_daemon fake;
static struct err err;

static int setup(void **state)
{
	(void)state;
	fake_daemon_open(&fake);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_daemon_close(&fake);
	return 0;
}

static struct fields hello(void)
{
	struct fields message;

	fields_init(&message);
	fields_put(&message, MSG_TYPE, MSG_ADMIT);
	return message;
}

static const struct channel_patience patience = { 10000, 10000 }, impatience = { 300, 300 };

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void asked_and_answered(void **state)
{
	struct fields request = hello(), answer;

	(void)state;
	fake_daemon_answer(&fake, "type=denied", 12);
	assert_int_equal(channel_ask(fake.path, &request, &patience, &answer, &err), 0);
	assert_string_equal(fields_get(&answer, MSG_TYPE), MSG_DENIED);
	assert_int_equal(fake_daemon_child_status(&fake), 0);
}

static void malformed_answers(void **state)
{
	static const char big[FIELDS_MAX + 1] = "type=denied";
	static const struct {
		const char *data;
		size_t len;
	} cases[] = {
		{ "type=denied", 11 }, /* no NUL */
		{ "denied", 7 },       /* no name */
		{ "a=1\0a=2", 8 },     /* twice */
		{ big, sizeof(big) },  /* longer than a message can be */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fields request = hello(), answer;

		fake_daemon_answer(&fake, cases[i].data, cases[i].len);
		assert_int_equal(channel_ask(fake.path, &request, &patience, &answer, &err), -1);
		assert_string_equal(err.text, "malformed answer");
		(void)fake_daemon_child_status(&fake);
	}
}

static void a_silent_daemon_is_given_up(void **state)
{
	struct fields request = hello(), answer;
	double start = seconds();

	(void)state;
	assert_int_equal(channel_ask(fake.path, &request, &impatience, &answer, &err), -1);
	assert_string_equal(err.text, "no answer in time");
	assert_true(seconds() - start >= 0.29);
	assert_true(seconds() - start < 5);
}

static void a_missing_daemon_is_given_up(void **state)
{
	struct fields request = hello(), answer;
	double start = seconds();

	(void)state;
	fake_daemon_stop(&fake);
	assert_int_equal(channel_ask(fake.path, &request, &impatience, &answer, &err), -1);
	assert_true(seconds() - start < 5);
	assert_int_equal(channel_report(fake.path, &request, &err), -1);
}

/* The socket appears while the question is being asked. */
static void a_daemon_that_restarts_is_found(void **state)
{
	struct fields request = hello(), answer;
	int fd;

	(void)state;
	fake_daemon_stop(&fake);
	fake.child = fork();
	assert_true(fake.child >= 0);
	if (!fake.child) {
		struct fields message;

		usleep(250000);
		fake_daemon_listen(&fake);
		fd = fake_daemon_take(&fake, &message);
		_exit(fd < 0 || send(fd, "type=denied", 12, 0) != 12);
	}
	fd = channel_ask(fake.path, &request, &patience, &answer, &err);
	assert_true(fd >= 0);
	assert_int_equal(fake_daemon_child_status(&fake), 0);
	close(fd);
	unlink(fake.path);
}

/* Nobody reads: what fits into the backlog is kept for later, then reports fail at once. */
static void reports_never_wait(void **state)
{
	struct fields message = hello(), taken;
	double start = seconds();
	int sent = 0, fd;

	(void)state;
	while (sent < 1000 && !channel_report(fake.path, &message, &err))
		sent++;
	assert_in_range(sent, 8, 999);
	assert_true(seconds() - start < 5);
	fd = fake_daemon_take(&fake, &taken);
	assert_true(fd >= 0);
	assert_string_equal(fields_get(&taken, MSG_TYPE), MSG_ADMIT);
	close(fd);
}

static void nothing_cut_is_sent(void **state)
{
	struct fields message = hello();
	char path[200];

	(void)state;
	message.failed = true;
	assert_int_equal(channel_report(fake.path, &message, &err), -1);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(channel_report(path, &message, &err), -1);
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

/* The last word of a pppd finds an l2tpgwd that is just coming back. */
static void reported_to_one_that_comes_back(void **state)
{
	struct fields message = hello();
	pid_t child;
	int status;

	(void)state;
	fake_daemon_stop(&fake);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		_exit(channel_report_within(fake.path, &message, 5000, &err) ? 1 : 0);
	usleep(300000);
	fake_daemon_listen(&fake);
	assert_true(fake_daemon_take(&fake, &message) >= 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	fake_daemon_stop(&fake);
	assert_int_equal(channel_report_within(fake.path, &message, 200, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(asked_and_answered),
		test(malformed_answers),
		test(a_silent_daemon_is_given_up),
		test(a_missing_daemon_is_given_up),
		test(a_daemon_that_restarts_is_found),
		test(reports_never_wait),
		test(nothing_cut_is_sent),
		test(reported_to_one_that_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
