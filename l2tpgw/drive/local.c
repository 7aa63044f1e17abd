/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/local.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"

#define BACKLOG SOMAXCONN /* after an outage everybody dials at once */

static int address_of(const char *path, struct sockaddr_un *sun, struct err *err)
{
	size_t len = strlen(path);

	*sun = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (!len || len >= sizeof(sun->sun_path))
		return err_errno(err, ENAMETOOLONG, "socket %s", path);
	memcpy(sun->sun_path, path, len + 1);
	return 0;
}

static int set_timeouts(int fd, int ms)
{
	struct timeval limit = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0)
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

int local_connect(const char *path, int type, int ms, struct err *err)
{
	cleanup_fd int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	struct sockaddr_un sun;

	if (address_of(path, &sun, err) < 0)
		return -1;
	if (fd < 0 || set_timeouts(fd, ms) < 0)
		return err_errno(err, errno, "socket");
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return steal_fd(&fd);
	if (errno == ENOENT || errno == ECONNREFUSED || errno == EAGAIN)
		return err_set(err, ERR_UNREACHABLE, "nobody answers at %s", path);
	return err_errno(err, errno, "%s", path);
}

bool local_alive(const char *path, int type)
{
	cleanup_fd int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un sun;
	struct err ignored;

	if (fd < 0 || address_of(path, &sun, &ignored) < 0)
		return false;
	/* EAGAIN: a queue that is full belongs to somebody. EPROTOTYPE: he is of another type. */
	return connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0 || errno == EAGAIN ||
	       errno == EPROTOTYPE;
}

static int make_way(const char *path, int type, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_errno(err, errno, "%s", path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, ERR_FAILED, "%s is in the way, and no socket", path);
	if (local_alive(path, type))
		return err_set(err, ERR_LOCKED, "somebody listens at %s already", path);
	if (unlink(path) < 0 && errno != ENOENT)
		return err_errno(err, errno, "cannot remove the old socket %s", path);
	return 0;
}

/* Nobody can connect before listen(), so the file may have other permissions until here. */
static int set_owner(const char *path, mode_t mode, const char *group)
{
	const struct group *entry = group ? getgrnam(group) : NULL;

	if (!entry)
		mode &= ~(mode_t)S_IRWXG;
	else if (lchown(path, (uid_t)-1, entry->gr_gid) < 0)
		return -1;
	return chmod(path, mode);
}

int local_listen(const char *path, int type, mode_t mode, const char *group, struct err *err)
{
	cleanup_fd int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un sun;

	if (fd < 0)
		return err_errno(err, errno, "socket");
	if (address_of(path, &sun, err) < 0 || make_way(path, type, err) < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0 ||
	    set_owner(path, mode, group) < 0 || listen(fd, BACKLOG) < 0)
		return err_errno(err, errno, "cannot listen at %s", path);
	return steal_fd(&fd);
}

/* What accept(2) reports about a connection that is no more. */
static bool is_passing(int errnum)
{
	return errnum == EAGAIN || errnum == EINTR || errnum == ECONNABORTED || errnum == EPROTO;
}

int local_accept(int listener, struct local_peer *peer, struct err *err)
{
	cleanup_fd int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (fd < 0)
		return is_passing(errno) ? LOCAL_AGAIN : err_errno(err, errno, "accept");
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return err_errno(err, errno, "SO_PEERCRED");
	*peer = (struct local_peer){ .pid = cred.pid, .uid = cred.uid, .gid = cred.gid };
	return steal_fd(&fd);
}

static bool is_again(int errnum)
{
	return errnum == EAGAIN || errnum == EINTR;
}

int local_send(int fd, const void *data, size_t len, struct err *err)
{
	if (send(fd, data, len, MSG_NOSIGNAL) >= 0)
		return 0;
	return is_again(errno) ? LOCAL_AGAIN : err_errno(err, errno, "cannot send");
}

ssize_t local_receive(int fd, void *data, size_t max, struct err *err)
{
	ssize_t n = recv(fd, data, max, MSG_TRUNC);

	if (n < 0)
		return is_again(errno) ? LOCAL_AGAIN : err_errno(err, errno, "cannot receive");
	if ((size_t)n > max)
		return err_set(err, ERR_FAILED, "a message of %zd bytes, at most %zu are allowed",
			       n, max);
	return n ? n : LOCAL_CLOSED;
}

ssize_t local_read(int fd, struct buf *in, size_t max, struct err *err)
{
	char chunk[16384];
	size_t room = max > in->len ? max - in->len : 0;
	ssize_t n;

	if (!room)
		return err_set(err, ERR_FAILED, "more than %zu bytes", max);
	n = recv(fd, chunk, room < sizeof(chunk) ? room : sizeof(chunk), 0);
	if (n < 0)
		return is_again(errno) ? LOCAL_AGAIN : err_errno(err, errno, "cannot receive");
	buf_append(in, chunk, (size_t)n);
	explicit_bzero(chunk, (size_t)n);
	return n ? n : LOCAL_CLOSED;
}

int local_flush(int fd, struct buf *out, struct err *err)
{
	while (out->len) {
		ssize_t n = send(fd, out->data, out->len, MSG_NOSIGNAL);

		if (n < 0)
			return is_again(errno) ? LOCAL_AGAIN : err_errno(err, errno, "cannot send");
		buf_consume(out, (size_t)n);
	}
	return 0;
}
