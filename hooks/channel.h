/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_HOOKS_CHANNEL_H
#define L2TPGW_HOOKS_CHANNEL_H

/* The way to l2tpgwd: its socket, AF_UNIX and SOCK_SEQPACKET. Knows nothing of pppd. */
#include "base/err.h"
#include "base/fields.h"

/* How long to wait, in milliseconds. */
struct channel_patience {
	int reach_ms;  /* until somebody takes the request: l2tpgwd may be just being restarted */
	int answer_ms; /* from then on */
};

/* Sends `request` and waits for its answer, which is the last thing that is said. */
int channel_ask(const char *path, const struct fields *request,
		const struct channel_patience *patience, struct fields *answer, struct err *err);
/* Sends without ever waiting: a full or missing socket is an error at once. */
int channel_report(const char *path, const struct fields *message, struct err *err);
/* The same, but an l2tpgwd that is just being restarted is waited for that long. */
int channel_report_within(const char *path, const struct fields *message, int milliseconds,
			  struct err *err);

#endif
