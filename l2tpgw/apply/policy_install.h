/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_POLICY_INSTALL_H
#define L2TPGW_APPLY_POLICY_INSTALL_H

/*
 * The policy file as part of a change: replaced, and put back if the change fails, even after a
 * crash. STATE/policy.before holds meanwhile what it held. What somebody writes into it meanwhile
 * is never overwritten.
 */
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "drive/paths.h"

/* Whether the policy file holds exactly this; one that cannot be read does not. */
bool policy_install_holds(const struct paths *paths, const struct buf *text);
/* Keeps what the file holds and replaces it. A failure changes nothing. */
int policy_install(const struct paths *paths, const struct buf *text, struct err *err);
/*
 * Puts back what policy_install() kept, if the file still holds `installed`. 0 = done, or there is
 * nothing to put back; 1 = somebody changed the file since, it is left alone.
 */
int policy_install_undo(const struct paths *paths, const struct buf *installed, struct err *err);
/* It is for good: forgets what was kept. */
int policy_install_done(const struct paths *paths, struct err *err);

#endif
