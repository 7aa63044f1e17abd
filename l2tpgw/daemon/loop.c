/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/loop.h"

#include <stdlib.h>
#include <time.h>

#define ACCURACY_US 1000

uint64_t loop_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

uint64_t loop_ms(void)
{
	return loop_us() / 1000;
}

sd_event_source *loop_watch(sd_event *loop, int fd, uint32_t events, sd_event_io_handler_t handler,
			    void *user)
{
	sd_event_source *source = NULL;

	if (sd_event_add_io(loop, &source, fd, events, handler, user) < 0)
		abort();
	return source;
}

void loop_unwatch(sd_event_source **source)
{
	*source = sd_event_source_disable_unref(*source);
}

static int timer_fired(sd_event_source *source, uint64_t usec, void *user)
{
	struct loop_timer *timer = user;

	(void)source;
	(void)usec;
	timer->fn(timer->user);
	return 0;
}

void loop_timer_init(struct loop_timer *timer, sd_event *loop, loop_timer_fn fn, void *user)
{
	*timer = (struct loop_timer){ .fn = fn, .user = user };
	if (sd_event_add_time(loop, &timer->source, CLOCK_MONOTONIC, UINT64_MAX, ACCURACY_US,
			      timer_fired, timer) < 0)
		abort();
	(void)sd_event_source_set_enabled(timer->source, SD_EVENT_OFF);
}

void loop_timer_at(struct loop_timer *timer, uint64_t ms)
{
	if (ms == UINT64_MAX) {
		(void)sd_event_source_set_enabled(timer->source, SD_EVENT_OFF);
		return;
	}
	(void)sd_event_source_set_time(timer->source, ms * 1000);
	(void)sd_event_source_set_enabled(timer->source, SD_EVENT_ONESHOT);
}

void loop_timer_in(struct loop_timer *timer, uint64_t ms)
{
	loop_timer_at(timer, loop_ms() + ms);
}

void loop_timer_free(struct loop_timer *timer)
{
	loop_unwatch(&timer->source);
}
