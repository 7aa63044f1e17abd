/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_DETOUR_H
#define L2TPGW_APPLY_DETOUR_H

/*
 * Other people's routing on this machine. A VPN that is to carry everything (wg-quick with
 * AllowedIPs 0.0.0.0/0) takes the answers of IKE and ESP along, and clients hear nothing.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/host.h"
#include "base/mem.h"

struct detour {
	char ifname[HOST_IFNAME_MAX]; /* by which answers leave, instead of the WAN */
	uint32_t table;
	bool uplink; /* it is that of the default route, and gateway.wan names another */
	bool main;   /* the default route of the table main is that of the WAN */
};

/*
 * 1 if there is one, 0 if not; nor is there one while the WAN is not known, or if nothing leads to
 * the internet. Negative if the kernel does not answer.
 */
int detour_find(const struct host *host, struct detour *detour, struct err *err);
/* A sentence without its full stop, and what to do. In the arena. */
const char *detour_text(struct arena *arena, const struct detour *detour, const struct host *host);
const char *detour_remedy(struct arena *arena, const struct detour *detour,
			  const struct host *host);

#endif
