/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_FOREIGN_H
#define L2TPGW_DAEMON_FOREIGN_H

/* The marks of other people's routing rules (drive/net_rule.h), told to the table of sessions. */
#include "daemon/gateway.h"

/* Looks again. */
void foreign_look(struct gateway *gateway);

#endif
