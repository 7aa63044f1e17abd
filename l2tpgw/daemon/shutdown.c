/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/shutdown.h"

#include "base/log.h"
#include "daemon/accounting.h"
#include "daemon/control.h"
#include "daemon/loop.h"
#include "daemon/teardown.h"

#define GOODBYE_MS 15000 /* for PPP, L2TP and IKE to say goodbye; then it ends all the same */
#define LOOK_MS    50
#define ACCOUNT_MS 3000 /* for RADIUS servers to take it; what they do not is kept on disk */
#define OFF_MS     500  /* of these for the last of it: one that answers at all does so at once */

struct shutdown {
	struct gateway *gateway;
	uint64_t deadline;
	uint64_t told; /* ms: when accounting is given up; 0 = there are sessions yet */
	bool off;      /* that nobody is there any more was accounted */
	struct loop_timer timer;
};

static struct shutdown shutdown;

static void finish(struct gateway *gateway)
{
	struct err err = { .code = ERR_NONE };

	if (teardown(&gateway->paths, &err) < 0)
		log_error("down: %s", err.text);
	else
		log_notice("down: nothing of l2tpgw is left");
	control_down_done(gateway->control, &err);
	(void)sd_event_exit(gateway->loop, err.code == ERR_NONE ? 0 : (int)err.code);
}

/* Behind the end of every session. */
static void tell_off(struct shutdown *s)
{
	uint64_t until = loop_ms() + OFF_MS;

	accounting_off(s->gateway->accounting);
	s->off = true;
	if (until < s->told)
		s->told = until;
}

/* Everybody is gone, and that they are has been told. */
static bool is_over(struct shutdown *s)
{
	if (session_total(s->gateway->sessions))
		return false;
	if (!s->told)
		s->told = loop_ms() + ACCOUNT_MS;
	if (!s->off && (accounting_is_done(s->gateway->accounting) || loop_ms() >= s->told))
		tell_off(s);
	return accounting_is_done(s->gateway->accounting) || loop_ms() >= s->told;
}

static void look(void *user)
{
	struct shutdown *s = user;

	/* Again and again: whoever dials meanwhile is told too. */
	(void)session_close_all(s->gateway->sessions, gateway_now(), SESSION_SHUTDOWN);
	gateway_settle(s->gateway);
	if (!is_over(s) && loop_ms() < s->deadline) {
		loop_timer_in(&s->timer, LOOK_MS);
		return;
	}
	finish(s->gateway);
}

void shutdown_begin(struct gateway *gateway)
{
	if (gateway->stopping)
		return;
	log_notice("down: %u sessions are ended", session_total(gateway->sessions));
	gateway->stopping = true;
	shutdown.gateway = gateway;
	shutdown.deadline = loop_ms() + GOODBYE_MS;
	loop_timer_init(&shutdown.timer, gateway->loop, look, &shutdown);
	loop_timer_in(&shutdown.timer, 0);
}
