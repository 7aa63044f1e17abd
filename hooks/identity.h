/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_HOOKS_IDENTITY_H
#define L2TPGW_HOOKS_IDENTITY_H

/*
 * Which client this pppd serves, as every message to l2tpgwd says it (base/messages.h, IDENTITY).
 * Pure: the texts of /proc are handed in.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fields.h"

#define IDENTITY_IFNAME_SIZE 16 /* IFNAMSIZ */
#define IDENTITY_ROUNDS      16 /* names a slot has */

struct identity {
	uint32_t vip;             /* of the client, host byte order */
	uint32_t pid, parent;     /* of pppd and of its xl2tpd */
	uint64_t starttime;       /* of pppd, clock ticks since boot */
	uint32_t tunnel, session; /* the worker's own L2TP ids, 0 = unknown */
};

/* From pppd's ipparam, which xl2tpd fills in (`pass peer`); false if it is not one of our VIPs. */
bool identity_vip(const char *ipparam, uint32_t *vip);
/*
 * "l2tpgw<slot>". A client that dials anew over the SA it has gets its next pppd before the one
 * before it is gone: `round` 1, 2, … give further names, slot + round * FABRIC_SLOTS.
 */
void identity_ifname(uint32_t vip, unsigned round, char out[IDENTITY_IFNAME_SIZE]);
/* From /proc/PID/cmdline (arguments that each end with a NUL); ids not found stay as they are. */
void identity_cmdline(struct identity *identity, const char *data, size_t len);
/* From the text of /proc/PID/stat, proc(5); false if it is not of that form. */
bool identity_stat(struct identity *identity, const char *text);
void identity_put(struct fields *message, const struct identity *identity);

#endif
