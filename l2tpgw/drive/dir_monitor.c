/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/dir_monitor.h"

#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/cleanup.h"

#define WANTED                                                                                   \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | \
	 IN_MOVE_SELF | IN_ONLYDIR)

int dir_monitor_open(const char *path, struct err *err)
{
	cleanup_fd int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (fd < 0 || inotify_add_watch(fd, path, WANTED) < 0)
		return err_errno(err, errno, "%s cannot be watched", path);
	return steal_fd(&fd);
}

int dir_monitor_drain(int fd, dir_monitor_fn *changed, void *user, struct err *err)
{
	_Alignas(struct inotify_event) char buf[16384];

	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : err_errno(err, errno, "inotify");
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *event = (const void *)(buf + at);

			changed(user, event->len ? event->name : "");
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
}
