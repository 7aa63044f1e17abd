/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/sa_feed.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "session/sa.h"

#define INTERVAL_MS 60000
#define AGAIN_MS    500
#define UNCLEAR_MS  1000

static const char *const events_wanted[] = { "ike-updown", "ike-update", "ike-rekey",
					     "child-updown", "child-rekey" };

static void on_sa(void *user, const char *event, const struct tree *message)
{
	struct sa_feed *feed = user;
	cleanup_arena struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	struct sa_event sa;

	if (sa_parse(event, message, arena, &sa, &err) < 0) {
		log_warning("charon: event %s is not understood: %s", event, err.text);
		sa_feed_resync(feed, UNCLEAR_MS);
		return;
	}
	session_sa(feed->gateway->sessions, gateway_now(), &sa);
}

static void on_list_done(void *user, const struct tree *response, const struct err *why)
{
	struct sa_feed *feed = user;

	feed->running = false;
	sa_feed_resync(feed, response ? INTERVAL_MS : AGAIN_MS);
	if (!response) {
		session_snapshot_abort(feed->gateway->sessions);
		log_warning("charon: list-sas: %s", why->text);
		return;
	}
	session_snapshot_end(feed->gateway->sessions, gateway_now());
	feed->complete(feed->user);
}

static void ask_list(void *user)
{
	struct sa_feed *feed = user;
	const struct vici_request request = { .command = "list-sas",
					      .stream = "list-sa",
					      .timeout_ms = LINK_IN_ROW_MS,
					      .on_event = on_sa,
					      .on_done = on_list_done,
					      .user = feed };

	feed->due = UINT64_MAX;
	if (!feed->open)
		return;
	/* What made this one necessary may be later than what the running one has seen. */
	if (feed->running) {
		sa_feed_resync(feed, AGAIN_MS);
		return;
	}
	feed->running = true;
	session_snapshot_begin(feed->gateway->sessions, gateway_now());
	if (link_ask(feed->commands, &request) < 0) {
		feed->running = false;
		session_snapshot_abort(feed->gateway->sessions);
		sa_feed_resync(feed, AGAIN_MS);
	}
}

void sa_feed_init(struct sa_feed *feed)
{
	feed->due = UINT64_MAX;
	loop_timer_init(&feed->timer, feed->gateway->loop, ask_list, feed);
}

void sa_feed_free(struct sa_feed *feed)
{
	loop_timer_free(&feed->timer);
}

int sa_feed_listen(struct sa_feed *feed, unsigned timeout_ms, struct err *err)
{
	for (size_t i = 0; i < array_size(events_wanted); i++) {
		if (link_listen(feed->events, events_wanted[i], on_sa, feed, timeout_ms, err) < 0)
			return -1;
	}
	return 0;
}

bool sa_feed_listens(const struct sa_feed *feed)
{
	for (size_t i = 0; i < array_size(events_wanted); i++) {
		if (vici_listening(feed->events->vici, events_wanted[i]) == VICI_LISTEN_PENDING)
			return false;
	}
	return true;
}

void sa_feed_open(struct sa_feed *feed)
{
	feed->open = true;
	ask_list(feed);
}

void sa_feed_close(struct sa_feed *feed)
{
	feed->open = false;
	feed->due = UINT64_MAX;
	loop_timer_at(&feed->timer, UINT64_MAX);
}

void sa_feed_resync(struct sa_feed *feed, unsigned delay_ms)
{
	uint64_t due = loop_ms() + delay_ms;

	if (due >= feed->due)
		return;
	feed->due = due;
	loop_timer_at(&feed->timer, due);
}
