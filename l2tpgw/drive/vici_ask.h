/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_VICI_ASK_H
#define L2TPGW_DRIVE_VICI_ASK_H

/* VICI for whoever has no loop: one question, and waiting for its end. */
#include "drive/vici.h"

/* Where the machine's own charon listens, or would. */
const char *vici_system_socket(void);
/*
 * Sends the request and waits until its on_done was called or its time is over. -1 only if the
 * connection failed; what charon answered is on_done's matter.
 */
int vici_ask(struct vici *vici, const struct vici_request *request, struct err *err);

#endif
