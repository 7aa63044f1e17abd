/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/xl2tpd_pipe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

#define GONE " (deleted)" /* proc(5): what the kernel puts behind the name of a removed file */

/* The end that the process reads, by its descriptor in /proc; negative = it has none. */
static int open_removed(const char *path, pid_t pid)
{
	char dir[64], target[PATH_MAX], wanted[PATH_MAX];
	int found = -1;
	DIR *fds;

	(void)snprintf(wanted, sizeof(wanted), "%.*s" GONE, PATH_MAX - (int)sizeof(GONE), path);
	(void)snprintf(dir, sizeof(dir), "/proc/%d/fd", (int)pid);
	fds = opendir(dir);
	if (!fds)
		return -1;
	for (struct dirent *entry; found < 0 && (entry = readdir(fds));) {
		ssize_t len = readlinkat(dirfd(fds), entry->d_name, target, sizeof(target) - 1);

		target[len > 0 ? len : 0] = '\0';
		if (!strcmp(target, wanted))
			found =
			    openat(dirfd(fds), entry->d_name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	}
	(void)closedir(fds);
	return found;
}

int xl2tpd_pipe_renew(const char *path, pid_t pid, struct err *err)
{
	/* Asks for what is of no interest; then it opens its pipe again, by name. No file for the
	 * answer is named: it would remove that. */
	static const char command[] = "x\n";
	cleanup_fd int fd = open_removed(path, pid);

	if (fd < 0)
		return err_set(err, ERR_FAILED,
			       "%s was removed, and process %d does not read it any more", path,
			       (int)pid);
	if (mkfifo(path, 0600) < 0)
		return err_errno(err, errno, "cannot make %s", path);
	if (write(fd, command, strlen(command)) < 0)
		return err_errno(err, errno, "cannot write to what %s was", path);
	return 0;
}
