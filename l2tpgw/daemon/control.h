/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_CONTROL_H
#define L2TPGW_DAEMON_CONTROL_H

/*
 * The control socket: what `l2tpgw` asks (request.h). root may do all, others (members of group
 * l2tpgw, whom the socket's mode lets in) may only look.
 */
#include <jansson.h>
#include <stdint.h>

#include "daemon/gateway.h"

int control_open(struct gateway *gateway, struct err *err);
void control_close(struct control *control);
/* Its file may have been removed by somebody. */
void control_put_back(struct control *control);
/*
 * To a client that waits for what it asked for; one that hung up is passed over, and nothing of
 * what it asked for changes by that. Both take the reference; `result` may be NULL: then *err is
 * told.
 */
void control_progress(struct control *control, uint64_t client, json_t *progress);
void control_finish(struct control *control, uint64_t client, json_t *result,
		    const struct err *err);
/* Answers whoever waits for `down`, as far as the socket takes it. */
void control_down_done(struct control *control, const struct err *err);

#endif
