/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_FABRIC_H
#define L2TPGW_BASE_FABRIC_H

/*
 * The numbers of the fabric: how a CHILD_SA's mark becomes a slot, and a slot a conntrack zone,
 * an address that stands for the client towards xl2tpd (its VIP) and an interface name.
 * 198.18.0.0/15 is reserved for tests inside networks (RFC 2544, RFC 6890) and never routed.
 */
#include <stdint.h>

#define FABRIC_SLOTS       4096u       /* slot = mark & (FABRIC_SLOTS - 1) */
#define FABRIC_NET         0xc6120000u /* 198.18.0.0 */
#define FABRIC_NET_BITS    15
#define FABRIC_WORKER_NET  0xc6120000u /* 198.18.0.0/28: worker N listens on .N, on lo */
#define FABRIC_WORKER_BITS 28
#define FABRIC_WORKERS_MAX 14u         /* addresses .1 to .14 */
#define FABRIC_VIP_NET     0xc6121000u /* 198.18.16.0/20: slot S is .16.0 + S */
#define FABRIC_VIP_BITS    20
#define FABRIC_SHARDS      64u /* worker_of has one entry for each value of mark & 63 */
#define FABRIC_L2TP_PORT   1701
#define FABRIC_ENCAP_ADDRESS \
	0xc612000fu /* 198.18.0.15: of the decapsulating socket, on no interface */
/* Not "l2tp": the kernel names L2TPv3 pseudowires l2tpeth0, and a rule must never mean those. */
#define FABRIC_IFNAME_PREFIX "l2tpgw"
/* Session S's packets from its client pass l2tpupS if they have a rate. */
#define FABRIC_SHAPER_PREFIX "l2tpup"
#define FABRIC_TABLE         "l2tpgw" /* the nftables table, family inet */
#define FABRIC_NAME          "l2tpgw" /* the name of the connection, its child and secret in charon */

static inline uint32_t fabric_slot(uint32_t mark)
{
	return mark & (FABRIC_SLOTS - 1);
}

static inline uint32_t fabric_vip(uint32_t slot)
{
	return FABRIC_VIP_NET + slot;
}

static inline uint16_t fabric_zone(uint32_t slot)
{
	return (uint16_t)(slot + 1);
}

static inline uint32_t fabric_worker_address(unsigned worker)
{
	return FABRIC_WORKER_NET + worker;
}

#endif
