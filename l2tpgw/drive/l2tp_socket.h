/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_L2TP_SOCKET_H
#define L2TPGW_DRIVE_L2TP_SOCKET_H

/*
 * The UDP sockets of xl2tpd's tunnels in the kernel, one for each, connected to the peer. A client
 * that dials anew from where it was has two of them with the same addresses and ports, as long as
 * xl2tpd waits for the old tunnel's peer to answer. Which one gets the client's packets is chance:
 * compute_score() in net/ipv4/udp.c prefers the one that last received on the same CPU, that is
 * the old one, whose tunnel does not know the new session.
 */
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * Points the sockets of all tunnels that the worker has with `peer` (host byte order) nowhere,
 * except that of the tunnel with the local id `keep`. Returns how many. It only takes from the
 * worker what ends by itself a little later, so a failure is no reason to refuse a client.
 */
int l2tp_socket_retire(pid_t worker, uint32_t peer, uint32_t keep, struct err *err);

#endif
