/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_LOOP_H
#define L2TPGW_DAEMON_LOOP_H

/* The event loop (sd-event(3)) with what l2tpgwd needs of it: descriptors and one-shot timers. */
#include <stdint.h>
#include <systemd/sd-event.h>

/* Monotonic time. */
uint64_t loop_ms(void);
uint64_t loop_us(void);

/* Watches a descriptor for `events` (EPOLLIN, EPOLLOUT). Running out of memory ends the process. */
sd_event_source *loop_watch(sd_event *loop, int fd, uint32_t events, sd_event_io_handler_t handler,
			    void *user);
/* Removes a source and leaves NULL behind; NULL is fine. */
void loop_unwatch(sd_event_source **source);

typedef void (*loop_timer_fn)(void *user);

struct loop_timer {
	sd_event_source *source;
	loop_timer_fn fn;
	void *user;
};

void loop_timer_init(struct loop_timer *timer, sd_event *loop, loop_timer_fn fn, void *user);
/* When it fires, once; UINT64_MAX = never. Any earlier setting is replaced. */
void loop_timer_at(struct loop_timer *timer, uint64_t ms);
void loop_timer_in(struct loop_timer *timer, uint64_t ms);
void loop_timer_free(struct loop_timer *timer);

#endif
