/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/storage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

/* "/a/b" becomes "/a", "/a" becomes "/". */
static void go_up(char *path)
{
	char *slash = strrchr(path, '/');

	slash[slash == path] = '\0';
}

int storage_of(const char *path, struct storage *storage, struct err *err)
{
	struct statvfs now;

	if (*path != '/' || (size_t)snprintf(storage->folder, sizeof(storage->folder), "%s",
					     path) >= sizeof(storage->folder))
		return err_errno(err, ENAMETOOLONG, "%s", path);
	while (statvfs(storage->folder, &now) < 0) {
		if (errno != ENOENT || !storage->folder[1])
			return err_errno(err, errno, "cannot look at %s", storage->folder);
		go_up(storage->folder);
	}
	storage->read_only = now.f_flag & ST_RDONLY;
	storage->free = (uint64_t)now.f_bfree * now.f_frsize;
	return 0;
}
