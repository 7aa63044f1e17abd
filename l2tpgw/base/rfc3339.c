/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/rfc3339.h"

#include <stddef.h>
#include <time.h>

const char *rfc3339_text(int64_t wall, char out[RFC3339_MAX])
{
	time_t seconds = (time_t)wall;
	struct tm tm;

	if (wall <= 0 || !gmtime_r(&seconds, &tm) ||
	    !strftime(out, RFC3339_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return NULL;
	return out;
}
