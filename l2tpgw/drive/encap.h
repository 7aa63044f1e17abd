/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_ENCAP_H
#define L2TPGW_DRIVE_ENCAP_H

/*
 * The decapsulating socket: the kernel takes ESP out of UDP (RFC 3948) only for packets that arrive
 * at a socket which asks for it (UDP_ENCAP, net/ipv4/xfrm4_input.c), and charon's goes with charon.
 * This one is held by l2tpgwd and inherited by its children; the ruleset gives it the ESP of UDP
 * port 4500 (nft's tproxy), and IKE stays with charon. So clients behind NAT go on while charon is
 * started anew.
 */
#include "base/err.h"

/*
 * A descriptor bound to FABRIC_ENCAP_ADDRESS, which need not exist, or negative. Nobody reads it.
 * Its port is L2TP's: on 4500 it would keep charon from binding that on all addresses.
 */
int encap_open(struct err *err);

#endif
