/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/ike_ports.h"

#include "base/cleanup.h"
#include "drive/ports.h"

int ike_ports_check(struct err *err)
{
	static const uint16_t ports[] = { 500, 4500 };
	cleanup_arena struct arena *arena = arena_new();
	struct port_owner *list;
	size_t count;

	if (ports_owners(arena, ports, array_size(ports), &list, &count, err) < 0)
		return -1;
	if (!count)
		return 0;
	return err_set(err, ERR_FAILED,
		       "UDP %u is in use by %s (pid %d): end that first, and apply then. Whoever "
		       "is connected loses the connection when it ends",
		       list[0].port, *list[0].command ? list[0].command : "somebody else",
		       (int)list[0].pid);
}
