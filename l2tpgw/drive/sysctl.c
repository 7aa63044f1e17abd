/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Interface names may hold nearly anything, so what counts is that the path cannot climb. */
static bool is_name(const char *name)
{
	for (const char *p = name; *p; p++) {
		if (*p <= ' ' || *p >= 0x7f)
			return false;
	}
	for (const char *part = name;; part++) {
		size_t len = strcspn(part, "/");

		if (!len || (len == 1 && part[0] == '.') || (len == 2 && !strncmp(part, "..", 2)))
			return false;
		part += len;
		if (!*part)
			return true;
	}
}

/* 0 with *fd set; 1 if there is no such parameter. */
static int sysctl_open(const char *name, int flags, int *fd, struct err *err)
{
	char path[PATH_MAX];

	if (!is_name(name) ||
	    (size_t)snprintf(path, sizeof(path), "/proc/sys/%s", name) >= sizeof(path))
		return err_set(err, ERR_INTERNAL, "not the name of a kernel parameter: \"%s\"",
			       name);
	*fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW);
	if (*fd >= 0)
		return 0;
	return errno == ENOENT || errno == ENOTDIR ? 1 : err_errno(err, errno, "%s", name);
}

int sysctl_read(const char *name, char value[SYSCTL_VALUE_MAX], struct err *err)
{
	cleanup_fd int fd = -1;
	int rc = sysctl_open(name, O_RDONLY, &fd, err);
	ssize_t n;

	if (rc)
		return rc;
	n = read(fd, value, SYSCTL_VALUE_MAX);
	if (n < 0)
		return err_errno(err, errno, "cannot read %s", name);
	if (n == SYSCTL_VALUE_MAX)
		return err_set(err, ERR_FAILED, "%s: longer than expected", name);
	while (n > 0 && value[n - 1] == '\n')
		n--;
	value[n] = '\0';
	return 0;
}

int sysctl_write(const char *name, const char *value, struct err *err)
{
	cleanup_fd int fd = -1;
	int rc = sysctl_open(name, O_WRONLY, &fd, err);
	size_t len = strlen(value);

	if (rc)
		return rc;
	if (write(fd, value, len) != (ssize_t)len)
		return err_errno(err, errno, "cannot set %s to %s", name, value);
	return 0;
}
