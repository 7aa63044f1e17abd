/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_GATEWAY_H
#define L2TPGW_DAEMON_GATEWAY_H

/*
 * The running gateway: the policy in force, its plan, and the parts that make it true. Each part is
 * a file of this folder; they meet here. One thread, one loop, nothing blocks for long.
 */
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/host.h"
#include "drive/paths.h"
#include "plan/plan.h"
#include "policy/policy.h"
#include "session/session.h"

struct acls;
struct accounting;
struct admission;
struct charon;
struct control;
struct drift;
struct dynamic_authorization;
struct integration;
struct obstacles;
struct pppds;
struct radius_link;
struct stays;
struct transaction;
struct watch;
struct workers;

struct gateway {
	sd_event *loop;
	struct paths paths;
	struct host host;
	struct policy *policy;
	struct plan *plan;
	struct session_table *sessions;
	/* The silent socket and the decapsulating one: children inherit them, so they outlive us.
	 */
	int held[2];
	int lock; /* of RUN/l2tpgwd.pid (instance.h) */

	struct acls *acls;
	struct accounting *accounting;
	struct admission *admission;
	struct charon *charon;
	struct control *control;
	struct drift *drift;
	struct dynamic_authorization *dynamic_authorization;
	struct integration *integration;
	struct obstacles *obstacles;
	struct pppds *pppds;
	struct radius_link *radius;
	struct stays *stays;
	struct transaction *transaction;
	struct watch *watch;
	struct workers *workers;

	bool changing;   /* an apply is under way: what differs from the plan may be meant */
	bool cut_off;    /* a change was cut off by a crash, and undone by us */
	bool ending;     /* l2tpgwd ends, the gateway goes on without it */
	bool stopping;   /* `down` is under way */
	bool reloading;  /* systemd waits to be told that it is done */
	bool was_ready;  /* at any time since it began */
	bool broken;     /* the last attempt to give objects their values failed */
	int64_t started; /* wall seconds; 0 = it has not begun yet */
	int64_t applied; /* wall seconds of the last apply */
	char apply_result[256];
	char reread[256];   /* which secrets are others than those applied last; "" = none */
	char fallback[160]; /* why it is not the policy on disk that is in force; "" = it is */
};

/* A reload that systemd asked for, if there was one, is done: with what result, is in
 * apply_result. */
void gateway_reloaded(struct gateway *gateway);
/* The nftables table was made anew: puts back what its sets and maps hold of sessions and bans. */
void gateway_refill(struct gateway *gateway);
/* Looks at the machine again: a changed WAN is followed. */
void gateway_host_changed(struct gateway *gateway);
/* Performs what the session table asks for so far. True if there was something. */
bool gateway_perform(struct gateway *gateway);
/* The same, and what follows from it. Called after everything that changes the table. */
void gateway_settle(struct gateway *gateway);
struct session_now gateway_now(void);
/* Everything is as the plan wants it. */
bool gateway_ready(const struct gateway *gateway);

#endif
