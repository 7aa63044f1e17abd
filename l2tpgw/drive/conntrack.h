/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_CONNTRACK_H
#define L2TPGW_DRIVE_CONNTRACK_H

/*
 * Removing connection tracking entries (nf_conntrack_netlink.c). An entry is deleted by its
 * original tuple with its zone and its id, so that never another one goes that took its place.
 */
#include <stdint.h>

#include "base/err.h"

/* Forgets the entries of a slot: those whose replies go to this VIP. How many, or negative. */
int conntrack_forget(uint32_t vip, struct err *err);
/* The same for a client's address: those of connections that it began, or that were made to it. */
int conntrack_forget_client(uint32_t address, struct err *err);
/*
 * The same for all slots: every entry with an end in 198.18.0.0/15, and UDP port 1701 entries in a
 * slot's zone that were never NATed. Walks the whole table.
 */
int conntrack_forget_all(struct err *err);

#endif
