/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_SILENT_H
#define L2TPGW_DRIVE_SILENT_H

/*
 * The silent socket: UDP port 1701 of every address, which nobody ever reads. While it exists the
 * kernel never answers a stray L2TP packet with an ICMP "port unreachable" that would quote it in
 * clear. It carries SO_REUSEADDR, as xl2tpd's sockets do, so both can be bound; those on a worker's
 * address are more specific and win. Inherited by the children, it outlives l2tpgwd.
 */
#include "base/err.h"

/* A descriptor, or negative: ERR_LOCKED if somebody else holds the port for himself. */
int silent_open(struct err *err);

#endif
