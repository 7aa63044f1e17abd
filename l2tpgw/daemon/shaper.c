/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/shaper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "drive/net_link.h"
#include "drive/traffic_control.h"

static bool released; /* something waits to be swept */

static const char *through_name(uint32_t slot, char out[SESSION_IFNAME_MAX])
{
	(void)snprintf(out, SESSION_IFNAME_MAX, "%s%u", FABRIC_SHAPER_PREFIX, slot);
	return out;
}

static bool is_there(const char *ifname)
{
	struct net_link link;
	struct err ignored;

	return net_link_get(ifname, &link, &ignored) == NET_DONE;
}

bool shaper_set(uint32_t slot, const char *ifname, const struct policy_rate *rate)
{
	struct err err = { .code = ERR_NONE };
	char through[SESSION_IFNAME_MAX];
	bool there = is_there(ifname);
	int result;

	(void)through_name(slot, through);
	if (there)
		result = traffic_control_egress(ifname, rate->down, &err) < 0
			     ? -1
			     : traffic_control_ingress(ifname, through, rate->up, &err);
	else
		result = traffic_control_release(through, &err);
	released |= !rate->up;
	if (result < 0)
		log_error("the rate of slot %u cannot be set: %s", slot, err.text);
	return result == 0 && (there || (!rate->down && !rate->up));
}

/* The slot in the name; -1 = it is not one of ours. */
static int64_t slot_of(const char *name)
{
	const char *digits = name + strlen(FABRIC_SHAPER_PREFIX);
	char *end;
	unsigned long slot = strtoul(digits, &end, 10);

	return *digits >= '0' && *digits <= '9' && !*end && slot < FABRIC_SLOTS ? (int64_t)slot
										: -1;
}

static int remove_those(const struct session_table *sessions, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct net_link *list;
	size_t count;
	int result = 0;

	if (net_link_list(arena, FABRIC_SHAPER_PREFIX, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		int64_t slot = slot_of(list[i].name);
		const struct session *session =
		    sessions && slot >= 0 ? session_by_slot(sessions, (uint32_t)slot) : NULL;

		if (slot >= 0 && (!session || !session->ifname[0]) &&
		    traffic_control_release(list[i].name, err) < 0)
			result = -1;
	}
	return traffic_control_sweep(err) < 0 ? -1 : result;
}

void shaper_tick(void)
{
	struct err err = { .code = ERR_NONE };

	if (released && traffic_control_sweep(&err) < 0)
		log_warning("rates of sessions that are gone: %s", err.text);
	released = false;
}

void shaper_sweep(const struct session_table *sessions)
{
	struct err err = { .code = ERR_NONE };

	if (remove_those(sessions, &err) < 0)
		log_warning("rates of sessions that are gone: %s", err.text);
}

int shaper_remove_all(struct err *err)
{
	return remove_those(NULL, err);
}
