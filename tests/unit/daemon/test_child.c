/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "daemon/child.h"

/* One row for each state and event: what it becomes and what is to be done. */
struct row {
	enum child_state from;
	enum child_event event;
	enum child_state to;
	enum child_action action;
};

static const struct row rows[] = {
	{ CHILD_DOWN, CHILD_START, CHILD_STARTING, CHILD_DO_SPAWN },
	{ CHILD_DOWN, CHILD_ADOPTED, CHILD_STARTING, CHILD_DO_NOTHING },
	{ CHILD_DOWN, CHILD_ANSWERED, CHILD_DOWN, CHILD_DO_NOTHING },
	{ CHILD_DOWN, CHILD_FROZEN, CHILD_DOWN, CHILD_DO_NOTHING },
	{ CHILD_DOWN, CHILD_EXITED, CHILD_DOWN, CHILD_DO_NOTHING },
	{ CHILD_DOWN, CHILD_TIMER, CHILD_DOWN, CHILD_DO_NOTHING },
	{ CHILD_DOWN, CHILD_STOP, CHILD_DOWN, CHILD_DO_NOTHING },
	{ CHILD_STARTING, CHILD_START, CHILD_STARTING, CHILD_DO_NOTHING },
	{ CHILD_STARTING, CHILD_ADOPTED, CHILD_STARTING, CHILD_DO_NOTHING },
	{ CHILD_STARTING, CHILD_ANSWERED, CHILD_READY, CHILD_DO_READY },
	{ CHILD_STARTING, CHILD_FROZEN, CHILD_KILLED, CHILD_DO_KILL },
	{ CHILD_STARTING, CHILD_EXITED, CHILD_WAITING, CHILD_DO_LOST },
	{ CHILD_STARTING, CHILD_TIMER, CHILD_KILLED, CHILD_DO_KILL },
	{ CHILD_STARTING, CHILD_STOP, CHILD_STOPPING, CHILD_DO_TERMINATE },
	{ CHILD_READY, CHILD_START, CHILD_READY, CHILD_DO_NOTHING },
	{ CHILD_READY, CHILD_ADOPTED, CHILD_READY, CHILD_DO_NOTHING },
	{ CHILD_READY, CHILD_ANSWERED, CHILD_READY, CHILD_DO_NOTHING },
	{ CHILD_READY, CHILD_FROZEN, CHILD_KILLED, CHILD_DO_KILL },
	{ CHILD_READY, CHILD_EXITED, CHILD_WAITING, CHILD_DO_LOST },
	{ CHILD_READY, CHILD_TIMER, CHILD_READY, CHILD_DO_NOTHING },
	{ CHILD_READY, CHILD_STOP, CHILD_STOPPING, CHILD_DO_TERMINATE },
	{ CHILD_STOPPING, CHILD_START, CHILD_KILLED, CHILD_DO_KILL },
	{ CHILD_STOPPING, CHILD_ADOPTED, CHILD_STOPPING, CHILD_DO_NOTHING },
	{ CHILD_STOPPING, CHILD_ANSWERED, CHILD_STOPPING, CHILD_DO_NOTHING },
	{ CHILD_STOPPING, CHILD_FROZEN, CHILD_STOPPING, CHILD_DO_KILL },
	{ CHILD_STOPPING, CHILD_EXITED, CHILD_DOWN, CHILD_DO_GONE },
	{ CHILD_STOPPING, CHILD_TIMER, CHILD_STOPPING, CHILD_DO_KILL },
	{ CHILD_STOPPING, CHILD_STOP, CHILD_STOPPING, CHILD_DO_NOTHING },
	{ CHILD_KILLED, CHILD_START, CHILD_KILLED, CHILD_DO_NOTHING },
	{ CHILD_KILLED, CHILD_ADOPTED, CHILD_KILLED, CHILD_DO_NOTHING },
	{ CHILD_KILLED, CHILD_ANSWERED, CHILD_KILLED, CHILD_DO_NOTHING },
	{ CHILD_KILLED, CHILD_FROZEN, CHILD_KILLED, CHILD_DO_NOTHING },
	{ CHILD_KILLED, CHILD_EXITED, CHILD_WAITING, CHILD_DO_LOST },
	{ CHILD_KILLED, CHILD_TIMER, CHILD_KILLED, CHILD_DO_NOTHING },
	{ CHILD_KILLED, CHILD_STOP, CHILD_STOPPING, CHILD_DO_NOTHING },
	{ CHILD_WAITING, CHILD_START, CHILD_WAITING, CHILD_DO_NOTHING },
	{ CHILD_WAITING, CHILD_ADOPTED, CHILD_WAITING, CHILD_DO_NOTHING },
	{ CHILD_WAITING, CHILD_ANSWERED, CHILD_WAITING, CHILD_DO_NOTHING },
	{ CHILD_WAITING, CHILD_FROZEN, CHILD_WAITING, CHILD_DO_NOTHING },
	{ CHILD_WAITING, CHILD_EXITED, CHILD_WAITING, CHILD_DO_NOTHING },
	{ CHILD_WAITING, CHILD_TIMER, CHILD_STARTING, CHILD_DO_SPAWN },
	{ CHILD_WAITING, CHILD_STOP, CHILD_DOWN, CHILD_DO_GONE },
};

static void every_state_meets_every_event(void **state)
{
	size_t count = sizeof(rows) / sizeof(rows[0]);

	(void)state;
	assert_int_equal(count, CHILD_STATES * CHILD_EVENTS);
	for (size_t i = 0; i < count; i++) {
		struct child child;

		child_init(&child);
		child.state = rows[i].from;
		assert_int_equal(child_event(&child, rows[i].event, 1000), rows[i].action);
		assert_int_equal(child.state, rows[i].to);
	}
}

static void one_that_keeps_failing_is_started_ever_more_slowly(void **state)
{
	struct child child;
	uint64_t now = 0, last = 0;

	(void)state;
	child_init(&child);
	(void)child_event(&child, CHILD_START, now);
	for (int i = 0; i < 20; i++) {
		uint64_t delay;

		assert_int_equal(child_event(&child, CHILD_EXITED, now), CHILD_DO_LOST);
		delay = child.deadline - now;
		assert_true(delay >= last && delay <= CHILD_BACKOFF_MAX_MS);
		last = delay;
		now = child.deadline;
		assert_int_equal(child_event(&child, CHILD_TIMER, now), CHILD_DO_SPAWN);
	}
	assert_int_equal(last, CHILD_BACKOFF_MAX_MS);
	assert_int_equal(child.restarts, 20);
}

static void one_that_had_served_is_started_at_once(void **state)
{
	struct child child;

	(void)state;
	child_init(&child);
	(void)child_event(&child, CHILD_START, 0);
	(void)child_event(&child, CHILD_ANSWERED, 100);
	(void)child_event(&child, CHILD_EXITED, 100 + CHILD_STABLE_MS);
	assert_int_equal(child.deadline, 100 + CHILD_STABLE_MS);
	assert_int_equal(child.backoff, CHILD_BACKOFF_MIN_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_meets_every_event),
		cmocka_unit_test(one_that_keeps_failing_is_started_ever_more_slowly),
		cmocka_unit_test(one_that_had_served_is_started_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
