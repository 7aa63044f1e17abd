/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/zone.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

#define MAGIC "TZif" /* RFC 8536 */

bool zone_is_known(const char *name)
{
	char path[PATH_MAX], magic[sizeof(MAGIC) - 1];
	cleanup_fd int fd = -1;

	if (!strcmp(name, "UTC"))
		return true;
	(void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd >= 0 && read(fd, magic, sizeof(magic)) == (ssize_t)sizeof(magic) &&
	       !memcmp(magic, MAGIC, sizeof(magic));
}

static int32_t offset_now(int64_t wall)
{
	time_t time = (time_t)wall;
	struct tm local;

	tzset();
	return localtime_r(&time, &local) ? (int32_t)local.tm_gmtoff : 0;
}

int32_t zone_offset(const char *name, int64_t wall)
{
	const char *set = getenv("TZ");
	cleanup_free char *before = set ? strdup(set) : NULL;
	int32_t offset;

	if (!name)
		return offset_now(wall);
	if (setenv("TZ", name, 1) < 0)
		abort(); /* out of memory */
	offset = offset_now(wall);
	if (before ? setenv("TZ", before, 1) : unsetenv("TZ"))
		abort();
	tzset();
	return offset;
}
