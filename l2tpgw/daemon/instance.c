/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "drive/lock_file.h"

/* A guard that looks whether somebody has it (guard.c) has it itself for that moment. */
static bool lock_file(int fd)
{
	const struct timespec moment = { .tv_nsec = 50000000 };

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	(void)nanosleep(&moment, NULL);
	return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

int instance_lock(const struct paths *paths, struct err *err)
{
	cleanup_fd int fd = -1;

	if (file_mkdirs(paths->run, 0755, err) < 0)
		return -1;
	fd = open(paths->daemon_pid, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_errno(err, errno, "cannot open %s", paths->daemon_pid);
	if (!lock_file(fd) || !lock_file_is_there(fd, paths->daemon_pid))
		return err_set(err, ERR_LOCKED, "another l2tpgwd is running (%s)",
			       paths->daemon_pid);
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", (int)getpid()) < 0)
		return err_errno(err, errno, "cannot write %s", paths->daemon_pid);
	return steal_fd(&fd);
}

void instance_put_back(const struct paths *paths, int *lock)
{
	struct err err = { .code = ERR_NONE };
	int anew;

	if (access(paths->daemon_pid, F_OK) == 0)
		return;
	anew = instance_lock(paths, &err);
	if (anew < 0) {
		log_error("%s", err.text);
		return;
	}
	(void)close(*lock);
	*lock = anew;
	log_warning("drift: %s was removed; put back", paths->daemon_pid);
}
