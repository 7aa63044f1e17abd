/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_RECORDS_H
#define L2TPGW_DAEMON_RECORDS_H

/* The session records in RUN/sessions, one file a slot: how sessions outlive l2tpgwd. */
#include "daemon/gateway.h"

void records_write(struct gateway *gateway, uint32_t slot);
void records_remove(struct gateway *gateway, uint32_t slot);
/* Hands the records of an earlier l2tpgwd to the session table; unusable ones are removed. */
void records_restore(struct gateway *gateway);

#endif
