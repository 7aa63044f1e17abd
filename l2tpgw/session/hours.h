/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_HOURS_H
#define L2TPGW_SESSION_HOURS_H

/* When the users of a group may be connected (groups.NAME.hours). Pure. */
#include <stdbool.h>
#include <stdint.h>

#include "policy/policy.h"

/* `offsets`: seconds east of UTC now, one for each of policy.zones. */
bool hours_open(const struct policy_group *group, const int32_t *offsets, int64_t wall);
/*
 * When it is not open any more, as far as that can be said with the offsets of now: wall seconds.
 * INT64_MAX = it is always, or for longer than a week; `wall` = it is not.
 */
int64_t hours_end(const struct policy_group *group, const int32_t *offsets, int64_t wall);

#endif
