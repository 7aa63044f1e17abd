/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/rfc3339.h"
#include "drive/login.h"

#define RETRY_MS  20
#define OWNER_MAX 256

/* Best effort: the lock counts, not what the file says. */
static void sign(int fd, const char *what)
{
	char who[LOGIN_WHO_MAX], since[RFC3339_MAX];
	const char *time_text = rfc3339_text((int64_t)time(NULL), since);

	if (ftruncate(fd, 0) == 0)
		(void)dprintf(fd, "%s, pid %d, since %s, with %s\n",
			      login_who(getpid(), getuid(), who), (int)getpid(),
			      time_text ? time_text : "?", what);
}

static int busy(int fd, const char *path, struct err *err)
{
	char owner[OWNER_MAX];
	ssize_t len = pread(fd, owner, sizeof(owner) - 1, 0);

	owner[len > 0 ? len : 0] = '\0';
	owner[strcspn(owner, "\n")] = '\0';
	for (char *c = owner; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	return err_set(err, ERR_LOCKED, "%s is held by %s; nothing was changed", path,
		       *owner ? owner : "somebody else");
}

int lock_file_take(const char *path, const char *what, unsigned wait_ms, struct err *err)
{
	const struct timespec pause = { .tv_nsec = RETRY_MS * 1000000L };
	cleanup_fd int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_errno(err, errno, "cannot open %s", path);
	for (unsigned waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += RETRY_MS) {
		if (errno != EWOULDBLOCK)
			return err_errno(err, errno, "cannot lock %s", path);
		if (waited >= wait_ms)
			return busy(fd, path, err);
		(void)nanosleep(&pause, NULL);
	}
	sign(fd, what);
	return steal_fd(&fd);
}

bool lock_file_is_there(int fd, const char *path)
{
	struct stat mine, theirs;

	return fstat(fd, &mine) == 0 && stat(path, &theirs) == 0 && mine.st_ino == theirs.st_ino &&
	       mine.st_dev == theirs.st_dev;
}
