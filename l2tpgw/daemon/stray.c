/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/stray.h"

#include <stdio.h>
#include <string.h>

static bool is_ours(const struct procfs_process *process, void *user)
{
	const char *options = procfs_argument(process, "file");

	return !strcmp(process->stat.comm, "pppd") && options && !strcmp(options, user);
}

int stray_pppds(const struct paths *paths, struct arena *arena, struct procfs_process **list,
		size_t *count, struct err *err)
{
	char options[PATHS_MAX];

	(void)snprintf(options, sizeof(options), "%s/ppp-options", paths->run);
	return procfs_find(arena, is_ours, options, list, count, err);
}
