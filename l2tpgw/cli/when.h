/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_WHEN_H
#define L2TPGW_CLI_WHEN_H

/* Points in time as people say them on the command line. */
#include <stdint.h>

#include "base/err.h"

/*
 * "never" (0); "+30d" from `now` on; a date-time of RFC 3339; or a date, which is the last day: the
 * time is then that at which it ends here. Wall seconds. ERR_USAGE if it is none of them.
 */
int when_parse(const char *text, int64_t now, int64_t *wall, struct err *err);

#endif
