/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zones.h"

#include "drive/zone.h"

void zones_now(const struct policy *policy, int32_t offsets[POLICY_ZONES_MAX])
{
	const int64_t wall = gateway_now().wall;

	for (size_t i = 0; i < policy->zones_count; i++)
		offsets[i] = zone_offset(policy->zones[i], wall);
}

void zones_refresh(struct gateway *gateway)
{
	int32_t offsets[POLICY_ZONES_MAX];

	zones_now(gateway->policy, offsets);
	session_table_zones(gateway->sessions, offsets);
}
