/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_ZONE_H
#define L2TPGW_DRIVE_ZONE_H

/* Time zones, by libc and the tz database. Not for threads: libc knows one zone at a time. */
#include <stdbool.h>
#include <stdint.h>

/* Whether the tz database of this machine has it; "UTC" always is. */
bool zone_is_known(const char *name);
/* How many seconds east of UTC the zone is at that time; name NULL = the machine's own. */
int32_t zone_offset(const char *name, int64_t wall);

#endif
