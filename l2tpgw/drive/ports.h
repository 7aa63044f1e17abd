/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_PORTS_H
#define L2TPGW_DRIVE_PORTS_H

/* Who holds a UDP port (of IPv4 or IPv6), in the current network namespace. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/mem.h"

struct port_owner {
	uint16_t port;
	bool ipv6;
	uint32_t address; /* bound IPv4 address, 0 = all; 0 for IPv6 */
	uint64_t inode;   /* of the socket */
	pid_t pid;        /* 0 = not found (a kernel socket, or no permission) */
	char command[64]; /* "" = not found; printable */
};

/* All sockets bound to one of the ports; the list lives in the arena. */
int ports_owners(struct arena *arena, const uint16_t *ports, size_t ports_count,
		 struct port_owner **list, size_t *count, struct err *err);

#endif
