/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_HOOKS_COUNTERS_H
#define L2TPGW_HOOKS_COUNTERS_H

/* An interface's bytes. pppd 2.4.9 itself counts in 32 bits; /proc/net/dev has all 64. Pure. */
#include <stdbool.h>
#include <stdint.h>

struct counters {
	uint64_t rx, tx; /* bytes */
};

/* Finds `ifname` in the text of /proc/PID/net/dev; false if it is not there. */
bool counters_find(const char *text, const char *ifname, struct counters *counters);

#endif
