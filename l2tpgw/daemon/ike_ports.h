/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_IKE_PORTS_H
#define L2TPGW_DAEMON_IKE_PORTS_H

/* UDP 500 and 4500: whoever has them is the one who speaks IKE on this machine. */
#include "base/err.h"

/* ERR_FAILED naming who has them, if anybody does: no charon of ours could start. */
int ike_ports_check(struct err *err);

#endif
