/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_POLICY_CHANGES_H
#define L2TPGW_APPLY_POLICY_CHANGES_H

/*
 * What differs between two policies as changes for people: "policy ipsec.dpd" with the values
 * before and after, "user alice" with what of them changes. Secrets only differ.
 */
#include "apply/change.h"
#include "policy/policy.h"

/*
 * Appends one change a key and one a user, in the order of policy_compare(). Whom a change of
 * impact KEY_DROPS touches is for the caller to add.
 */
void policy_changes(struct changes *changes, const struct policy *before,
		    const struct policy *after);

#endif
