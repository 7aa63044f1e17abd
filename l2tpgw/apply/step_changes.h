/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_STEP_CHANGES_H
#define L2TPGW_APPLY_STEP_CHANGES_H

/* Steps as changes for people, with what was found where an object is not as it should be. */
#include "apply/apply.h"
#include "apply/change.h"

/* Appends one change a step, in their order. */
void step_changes(struct changes *changes, const struct steps *steps);

#endif
