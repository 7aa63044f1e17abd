/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_SET_RADIUS_H
#define L2TPGW_POLICY_SET_RADIUS_H

/* The values below /radius; see set.h and show.h. */
#include "policy/keys.h"

key_add add_radius_server;
key_set set_radius_secret, set_radius_secret_file;
key_set set_nas_identifier;
key_show show_radius_servers; /* with their secrets: never to be shown */

#endif
