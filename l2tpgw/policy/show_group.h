/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_SHOW_GROUP_H
#define L2TPGW_POLICY_SHOW_GROUP_H

/* What is shown of groups and pools; see show.h. `base` is a struct policy_group. */
#include "policy/keys.h"

key_show show_allow;      /* "10.1.0.0/16, 10.2.3.4/32 tcp 443 8000-8100"; "everywhere" */
key_show show_limit;      /* unsigned; "none" if 0 */
key_show show_time_limit; /* uint32_t; "as ppp" if POLICY_UNSET */
key_show show_group_dns;
key_show show_hours; /* "mon tue 08:00-18:00 Europe/Berlin"; "always" */
key_show show_pools; /* of a policy: "guests 10.78.0.0/24" */

#endif
