/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_SET_GROUP_H
#define L2TPGW_POLICY_SET_GROUP_H

/* How groups, pools and users get into struct policy; see key_set and key_add in keys.h. */
#include "policy/keys.h"

key_add add_user;  /* struct load_user */
key_add add_group; /* struct policy_group */
key_add add_pool;  /* struct policy_pool */
key_add add_allow; /* struct policy_allow */
key_add add_hours; /* struct policy_hours */

key_set set_restricted; /* that there is a list `allow`, even an empty one */
key_set set_allow;      /* struct policy_allow as a whole */
key_set set_any_net;    /* struct ip4_net; 0.0.0.0/0 is fine */
key_set add_ports;
key_set add_group_dns;
key_set set_hours;       /* struct policy_hours as a whole */
key_set set_time_of_day; /* unsigned: minutes */
key_set set_zone;

#endif
