/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_ABILITY_H
#define L2TPGW_DRIVE_ABILITY_H

/*
 * What this kernel can do, asked by trying. What it takes if it cannot is another question: see
 * drive/modules.h.
 */
#include "base/err.h"

enum ability {
	ABILITY_PPP,       /* /dev/ppp opens */
	ABILITY_L2TP,      /* PF_PPPOX sockets of PX_PROTO_OL2TP: L2TP in the kernel */
	ABILITY_XFRM,      /* the IPsec databases answer */
	ABILITY_ESP,       /* ESP over IPv4 */
	ABILITY_NFTABLES,  /* nftables answers */
	ABILITY_CONNTRACK, /* entries of connection tracking can be removed */
	ABILITY_COUNT,
};

/* 0 = it works; -1 = it does not, and *err says what failed. Changes nothing but module autoload.
 */
int ability_probe(enum ability ability, struct err *err);
const char *ability_text(enum ability ability);   /* "PPP in the kernel" */
const char *ability_module(enum ability ability); /* the module behind it: "ppp_generic" */

#endif
