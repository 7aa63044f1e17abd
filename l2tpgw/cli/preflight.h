/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_PREFLIGHT_H
#define L2TPGW_CLI_PREFLIGHT_H

/*
 * Can this machine be a gateway? Every obstacle is named with its remedy, all at once, before
 * anything is changed.
 */
#include "base/buf.h"
#include "drive/paths.h"
#include "policy/policy.h"

/*
 * Appends one paragraph an obstacle to `out`. Returns their number. `policy` NULL = the one that
 * is generated when there is none. Loads kernel modules that are
 * merely not loaded yet; changes nothing else.
 */
unsigned preflight(const struct paths *paths, const struct policy *policy, struct buf *out);

#endif
