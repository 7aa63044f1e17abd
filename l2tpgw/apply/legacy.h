/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_LEGACY_H
#define L2TPGW_APPLY_LEGACY_H

/*
 * Rules of the old iptables, which nftables does not list and which count all the same, read from
 * "iptables-legacy -S" into the form in which nftables lists its own, for judge.h. In front of each
 * table but "filter" stands "*" and its name, as iptables-save(8) writes it. Their family is called
 * "legacy". What is not understood makes a rule uncertain. Pure.
 */
#include <jansson.h>
#include <stddef.h>

#define LEGACY_FAMILY "legacy"

/* Appends to `ruleset`, the array "nftables". */
void legacy_read(const char *text, size_t len, json_t *ruleset);

#endif
