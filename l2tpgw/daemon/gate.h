/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_GATE_H
#define L2TPGW_DAEMON_GATE_H

/*
 * The gate in front of charon: while it starts, new clients' first packets (UDP 500) are dropped,
 * so that they ask again a moment later instead of being refused by a charon that does not know
 * our connection yet. Established traffic is not concerned. The kernel opens it by itself after
 * GATE_S, so that it never outlasts an l2tpgwd that died.
 */
#include "base/err.h"

#define GATE_S 30

int gate_close(struct err *err);
int gate_open(struct err *err);

#endif
