/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/pppd_database.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "drive/procfs.h"

static const char database[] = "/run/pppd2.tdb"; /* pathnames.h: _PATH_PPPDB */

static void note_path(const struct paths *paths, char out[PATHS_MAX])
{
	(void)snprintf(out, PATHS_MAX, "%s/pppd-database-is-ours", paths->run);
}

int pppd_database_note(const struct paths *paths, struct err *err)
{
	char note[PATHS_MAX];

	note_path(paths, note);
	if (access(database, F_OK) == 0)
		return 0;
	return file_write(note, "", 0, 0644, false, err);
}

static bool is_pppd(const struct procfs_process *process, void *user)
{
	(void)user;
	return !strcmp(process->stat.comm, "pppd");
}

int pppd_database_remove(const struct paths *paths, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct procfs_process *list;
	char note[PATHS_MAX];
	size_t count;

	note_path(paths, note);
	if (access(note, F_OK) < 0)
		return 0;
	if (procfs_find(arena, is_pppd, NULL, &list, &count, err) < 0)
		return -1;
	return count ? 0 : file_remove(database, err);
}
