/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/pppd_files.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fabric.h"
#include "base/file.h"
#include "drive/procfs.h"

/* Where pppd 2.4 and 2.5 have them (pathnames.h: _PATH_VARRUN, PPP_PATH_VARRUN). */
static const char *const folders[] = { "/run", "/run/pppd" };
static const char database[] = "/run/pppd2.tdb"; /* pathnames.h: _PATH_PPPDB */

static void note_path(const struct paths *paths, char out[PATHS_MAX])
{
	(void)snprintf(out, PATHS_MAX, "%s/pppd-database-is-ours", paths->run);
}

int pppd_files_note(const struct paths *paths, struct err *err)
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

static int remove_database(const struct paths *paths, struct err *err)
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

/* l2tpgw<slot>.pid: no interface has that name any more. */
static bool is_pid_file(const char *name)
{
	unsigned slot;
	int used = 0;

	return sscanf(name, FABRIC_IFNAME_PREFIX "%4u.pid%n", &slot, &used) == 1 && used &&
	       !name[used];
}

static int remove_pid_files(const char *folder, struct err *err)
{
	DIR *dir = opendir(folder);
	int result = 0;

	if (!dir)
		return 0;
	for (struct dirent *entry; (entry = readdir(dir));) {
		char path[sizeof("/run/pppd/") + sizeof(entry->d_name)];

		(void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (is_pid_file(entry->d_name) && file_remove(path, err) < 0)
			result = -1;
	}
	(void)closedir(dir);
	return result;
}

int pppd_files_remove(const struct paths *paths, struct err *err)
{
	for (size_t i = 0; i < array_size(folders); i++) {
		if (remove_pid_files(folders[i], err) < 0)
			return -1;
	}
	return remove_database(paths, err);
}
