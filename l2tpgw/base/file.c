/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* How the name of a file ends that is being written: ".XXXXXX~". */
#define HALF_END   "~"
#define HALF_CHARS 6

int file_read(const char *path, size_t max, struct buf *out, struct err *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t before = out->len;
	char chunk[16384];
	int result = 0;

	if (fd < 0)
		return err_errno(err, errno, "cannot open %s", path);
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			result = err_errno(err, errno, "cannot read %s", path);
		else if (out->len - before + (size_t)n > max)
			result = err_set(err, ERR_FAILED, "%s is larger than %zu bytes", path, max);
		if (n <= 0 || result)
			break;
		buf_append(out, chunk, (size_t)n);
	}
	explicit_bzero(chunk, sizeof(chunk));
	return result;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_and_sync(int fd, const void *data, size_t len, mode_t mode, bool durable)
{
	if (fchmod(fd, mode) < 0 || write_all(fd, data, len) < 0)
		return -1;
	return durable ? fsync(fd) : 0;
}

/* A rename is on disk once its directory is. */
static int sync_directory(const char *path)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	cleanup_fd int fd = -1;

	(void)snprintf(dir, sizeof(dir), "%.*s", (int)len, path);
	fd = open(len ? dir : slash ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : fsync(fd);
}

int file_sync(const char *path, struct err *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0 || sync_directory(path) < 0)
		return err_errno(err, errno, "cannot sync %s", path);
	return 0;
}

int file_write(const char *path, const void *data, size_t len, mode_t mode, bool durable,
	       struct err *err)
{
	char tmp[PATH_MAX];
	cleanup_fd int fd = -1;

	if ((size_t)snprintf(tmp, sizeof(tmp), "%s.XXXXXX" HALF_END, path) >= sizeof(tmp))
		return err_errno(err, ENAMETOOLONG, "%s", path);
	fd = mkostemps(tmp, (int)strlen(HALF_END), O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, errno, "cannot create a file beside %s", path);
	if (write_and_sync(fd, data, len, mode, durable) < 0 || rename(tmp, path) < 0) {
		int errnum = errno;

		(void)unlink(tmp);
		return err_errno(err, errnum, "cannot write %s", path);
	}
	if (durable && sync_directory(path) < 0)
		return err_errno(err, errno, "cannot sync the directory of %s", path);
	return 0;
}

static bool is_half(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_type == DT_REG && dot && strlen(dot) == HALF_CHARS + 2 &&
	       dot[HALF_CHARS + 1] == *HALF_END;
}

int file_remove_halves(const char *path, struct err *err)
{
	DIR *dir = opendir(path);
	int result = 0;

	if (!dir)
		return errno == ENOENT ? 0 : err_errno(err, errno, "cannot list %s", path);
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (is_half(entry) && unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			result = err_errno(err, errno, "cannot remove %s/%s", path, entry->d_name);
	}
	(void)closedir(dir);
	return result;
}

static bool is_directory(const char *path)
{
	struct stat st;

	/* errno is what mkdir() said. */
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return true;
	errno = EEXIST;
	return false;
}

int file_mkdirs(const char *path, mode_t mode, struct err *err)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (!len || len >= sizeof(part))
		return err_errno(err, ENAMETOOLONG, "%s", path);
	memcpy(part, path, len + 1);
	for (char *p = part + 1;; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(part, c ? 0755 : mode) < 0 && (errno != EEXIST || !is_directory(part)))
			return err_errno(err, errno, "cannot create directory %s", part);
		*p = c;
		if (!c)
			return 0;
	}
}

int file_rename(const char *from, const char *to, struct err *err)
{
	if (rename(from, to) < 0)
		return err_errno(err, errno, "cannot rename %s to %s", from, to);
	if (sync_directory(to) < 0)
		return err_errno(err, errno, "cannot sync the directory of %s", to);
	return 0;
}

int file_remove(const char *path, struct err *err)
{
	if (unlink(path) < 0 && errno != ENOENT)
		return err_errno(err, errno, "cannot remove %s", path);
	return 0;
}

int file_remove_durable(const char *path, struct err *err)
{
	if (file_remove(path, err) < 0)
		return -1;
	if (sync_directory(path) < 0 && errno != ENOENT)
		return err_errno(err, errno, "cannot sync the directory of %s", path);
	return 0;
}

int file_remove_tree(const char *path, struct err *err)
{
	DIR *dir = opendir(path);
	int result = 0;

	if (!dir)
		return errno == ENOENT ? 0 : err_errno(err, errno, "cannot list %s", path);
	for (struct dirent *entry; (entry = readdir(dir));) {
		char inner[PATH_MAX];

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    (size_t)snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name) >=
			sizeof(inner))
			continue;
		if (entry->d_type == DT_DIR ? file_remove_tree(inner, err) < 0
					    : file_remove(inner, err) < 0)
			result = -1;
	}
	(void)closedir(dir);
	if (rmdir(path) < 0 && errno != ENOENT)
		result = err_errno(err, errno, "cannot remove %s", path);
	return result;
}
