/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_CONTROL_H
#define L2TPGW_DAEMON_CONTROL_H

/*
 * The control socket: what `l2tpgw` asks (request.h). root may do all, others (members of group
 * l2tpgw, whom the socket's mode lets in) may only look.
 */
#include "daemon/gateway.h"

int control_open(struct gateway *gateway, struct err *err);
void control_close(struct control *control);
/* Answers whoever waits for `down`, as far as the socket takes it. */
void control_down_done(struct control *control, const struct err *err);

#endif
