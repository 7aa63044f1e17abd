/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_HOST_H
#define L2TPGW_DRIVE_HOST_H

/* Gathers what policy/ wants to know about this machine. */
#include <stddef.h>

#include "base/err.h"
#include "base/host.h"

/*
 * Fills *host. What is not there (no default route, no resolver) stays zero; only a kernel that
 * does not answer is an error. Left out of the networks: those in 198.18.0.0/15 and those of
 * interfaces named FABRIC_IFNAME_PREFIX*.
 */
int host_gather(struct host *host, struct err *err);
/* The same for one given WAN interface instead of that of the default route (NULL = that). */
int host_gather_wan(const char *wan, struct host *host, struct err *err);
/* The `nameserver` lines of a resolv.conf(5): IPv4, none of 127/8 or 0.0.0.0, each once. Pure. */
void host_parse_resolvers(const char *text, size_t len, struct host *host);

#endif
