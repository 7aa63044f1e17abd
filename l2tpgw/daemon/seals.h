/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_SEALS_H
#define L2TPGW_DAEMON_SEALS_H

/*
 * RUN/seals (0600): salted digests of the secrets in force. A policy may name files that hold them,
 * which are read anew when l2tpgwd starts: by the seals it knows that they are not what they were.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "drive/paths.h"
#include "policy/policy.h"

int seals_write(const struct paths *paths, const struct policy *policy, struct err *err);
/*
 * Whether the secrets of `policy` are others than those sealed last; then `out` says which, for
 * people: "the pre-shared key". Without seals nothing is known, and nothing differs.
 */
bool seals_broken(const struct paths *paths, const struct policy *policy, char *out, size_t size);

#endif
