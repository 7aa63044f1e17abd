/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/counters.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Received: bytes packets errs drop fifo frame compressed multicast; transmitted: bytes … */
static bool parse_line(const char *line, struct counters *counters)
{
	return sscanf(line, "%" SCNu64 " %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &counters->rx,
		      &counters->tx) == 2;
}

bool counters_find(const char *text, const char *ifname, struct counters *counters)
{
	size_t len = strlen(ifname);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += strspn(line, " \n");
		if (!strncmp(line, ifname, len) && line[len] == ':')
			return parse_line(line + len + 1, counters);
	}
	return false;
}
