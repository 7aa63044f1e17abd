/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_ADMISSION_H
#define L2TPGW_DAEMON_ADMISSION_H

/*
 * The admission socket: pppds ask whether a user may come in, and report what becomes of him
 * (base/messages.h). Only root's messages count, and only about the process that sends them.
 */
#include "daemon/gateway.h"

int admission_open(struct gateway *gateway, struct err *err);
void admission_close(struct admission *admission);
/* Its file may have been removed by somebody. */
void admission_put_back(struct admission *admission);
/* Something changed: those who wait for an answer may get it now. */
void admission_retry(struct admission *admission);

#endif
