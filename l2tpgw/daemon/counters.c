/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/counters.h"

#include <string.h>

#include "base/log.h"
#include "drive/net_link.h"

/* The only correct source with L2TP in the kernel: pppd's and xl2tpd's own are 32 bit or 0. */
void counters_refresh(const struct gateway *gateway)
{
	cleanup_arena struct arena *arena = arena_new();
	const struct session_now now = gateway_now();
	struct err err = { .code = ERR_NONE };
	struct net_link *links;
	const struct session *s = NULL;
	size_t count;

	if (net_link_list(arena, FABRIC_IFNAME_PREFIX, &links, &count, &err) < 0) {
		log_warning("%s", err.text);
		return;
	}
	while ((s = session_iterate(gateway->sessions, s))) {
		for (size_t i = 0; i < count; i++) {
			if (!strcmp(links[i].name, s->ifname))
				session_counters(gateway->sessions, now, s->slot, links[i].rx_bytes,
						 links[i].tx_bytes);
		}
	}
}
