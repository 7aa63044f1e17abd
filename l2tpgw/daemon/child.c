/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/child.h"

typedef enum child_action (*child_handler)(struct child *child, uint64_t now);

static enum child_action enter(struct child *child, enum child_state state, uint64_t deadline,
			       enum child_action action)
{
	child->state = state;
	child->deadline = deadline;
	return action;
}

static enum child_action nop(struct child *child, uint64_t now)
{
	(void)child;
	(void)now;
	return CHILD_DO_NOTHING;
}

static enum child_action start(struct child *child, uint64_t now)
{
	return enter(child, CHILD_STARTING, now + CHILD_START_MS, CHILD_DO_SPAWN);
}

static enum child_action adopt(struct child *child, uint64_t now)
{
	return enter(child, CHILD_STARTING, now + CHILD_START_MS, CHILD_DO_NOTHING);
}

static enum child_action ready(struct child *child, uint64_t now)
{
	child->ready_since = now;
	return enter(child, CHILD_READY, UINT64_MAX, CHILD_DO_READY);
}

static enum child_action kill_it(struct child *child, uint64_t now)
{
	(void)now;
	return enter(child, CHILD_KILLED, UINT64_MAX, CHILD_DO_KILL);
}

static enum child_action wait_then_start(struct child *child, uint64_t now)
{
	uint64_t due = now + child->backoff;

	child->restarts++;
	child->backoff =
	    child->backoff * 2 > CHILD_BACKOFF_MAX_MS ? CHILD_BACKOFF_MAX_MS : child->backoff * 2;
	return enter(child, CHILD_WAITING, due, CHILD_DO_LOST);
}

/* It had been serving: whoever depends on it must not wait for a delay meant for one that fails. */
static enum child_action lost(struct child *child, uint64_t now)
{
	if (now - child->ready_since < CHILD_STABLE_MS)
		return wait_then_start(child, now);
	child->backoff = CHILD_BACKOFF_MIN_MS;
	child->restarts++;
	return enter(child, CHILD_WAITING, now, CHILD_DO_LOST);
}

static enum child_action stop(struct child *child, uint64_t now)
{
	return enter(child, CHILD_STOPPING, now + CHILD_STOP_MS, CHILD_DO_TERMINATE);
}

static enum child_action stop_killed(struct child *child, uint64_t now)
{
	return enter(child, CHILD_STOPPING, now + CHILD_STOP_MS, CHILD_DO_NOTHING);
}

static enum child_action stop_waiting(struct child *child, uint64_t now)
{
	(void)now;
	return enter(child, CHILD_DOWN, UINT64_MAX, CHILD_DO_GONE);
}

static enum child_action insist(struct child *child, uint64_t now)
{
	child->deadline = now + CHILD_STOP_MS;
	return CHILD_DO_KILL;
}

static enum child_action gone(struct child *child, uint64_t now)
{
	(void)now;
	return enter(child, CHILD_DOWN, UINT64_MAX, CHILD_DO_GONE);
}

/* Wanted again while it is still ending: it starts anew as soon as it is gone. */
static enum child_action restart(struct child *child, uint64_t now)
{
	(void)now;
	return enter(child, CHILD_KILLED, UINT64_MAX, CHILD_DO_KILL);
}

/* clang-format off */
static const child_handler table[CHILD_STATES][CHILD_EVENTS] = {
	/*                   START    ADOPTED  ANSWERED FROZEN   EXITED           TIMER    STOP */
	[CHILD_DOWN]     = { start,   adopt,   nop,     nop,     nop,             nop,     nop },
	[CHILD_STARTING] = { nop,     nop,     ready,   kill_it, wait_then_start, kill_it, stop },
	[CHILD_READY]    = { nop,     nop,     nop,     kill_it, lost,            nop,     stop },
	[CHILD_STOPPING] = { restart, nop,     nop,     insist,  gone,            insist,  nop },
	[CHILD_KILLED]   = { nop,     nop,     nop,     nop,     wait_then_start, nop,     stop_killed },
	[CHILD_WAITING]  = { nop,     nop,     nop,     nop,     nop,             start,   stop_waiting },
};
/* clang-format on */

void child_init(struct child *child)
{
	*child = (struct child){ .state = CHILD_DOWN,
				 .deadline = UINT64_MAX,
				 .backoff = CHILD_BACKOFF_MIN_MS };
}

enum child_action child_event(struct child *child, enum child_event event, uint64_t now)
{
	return table[child->state][event](child, now);
}

const char *child_state_name(enum child_state state)
{
	static const char *const names[CHILD_STATES] = {
		[CHILD_DOWN] = "down",     [CHILD_STARTING] = "starting",
		[CHILD_READY] = "ready",   [CHILD_STOPPING] = "stopping",
		[CHILD_KILLED] = "killed", [CHILD_WAITING] = "waiting",
	};

	return names[state];
}
