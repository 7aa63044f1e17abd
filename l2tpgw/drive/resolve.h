/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_RESOLVE_H
#define L2TPGW_DRIVE_RESOLVE_H

/* Names to addresses, by this machine's own resolver. Blocks for a few seconds at most. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Fills at most `max` addresses; *count 0 = the name has none. */
int resolve_ipv4(const char *name, uint32_t *addresses, size_t max, size_t *count, struct err *err);
/* It has an IPv6 address that others than this machine and its neighbours may reach. */
bool resolve_has_ipv6(const char *name);

#endif
