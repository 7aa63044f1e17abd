/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/channel.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "base/cleanup.h"

#define RETRY_MILLISECONDS 100

static int64_t now_milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int channel_connect(const char *path, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	cleanup_fd int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return err_set(err, ERR_FAILED, "%s: longer than a socket path can be", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_errno(err, errno, "socket");
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return err_errno(err, errno, "%s", path);
	return steal_fd(&fd);
}

static int channel_send(int fd, const struct fields *message, struct err *err)
{
	ssize_t sent;

	if (message->failed)
		return err_set(err, ERR_INTERNAL, "a message that does not fit");
	do
		sent = send(fd, message->data, message->len, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? err_errno(err, errno, "send") : 0;
}

int channel_report(const char *path, const struct fields *message, struct err *err)
{
	cleanup_fd int fd = channel_connect(path, err);

	return fd < 0 ? -1 : channel_send(fd, message, err);
}

/* Connects and sends, trying again until `deadline`: l2tpgwd may be between two lives. */
static int open_request(const char *path, const struct fields *request, int64_t deadline,
			struct err *err)
{
	for (;;) {
		cleanup_fd int fd = channel_connect(path, err);

		if (fd >= 0 && !channel_send(fd, request, err))
			return steal_fd(&fd);
		if (now_milliseconds() + RETRY_MILLISECONDS >= deadline)
			return -1;
		(void)poll(NULL, 0, RETRY_MILLISECONDS);
	}
}

int channel_report_within(const char *path, const struct fields *message, int milliseconds,
			  struct err *err)
{
	cleanup_fd int fd = open_request(path, message, now_milliseconds() + milliseconds, err);

	return fd < 0 ? -1 : 0;
}

/* 0 when there is something to read. */
static int wait_readable(int fd, int64_t deadline, struct err *err)
{
	for (;;) {
		struct pollfd pollfd = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - now_milliseconds();
		int ready = left > 0 ? poll(&pollfd, 1, (int)left) : 0;

		if (ready > 0)
			return 0;
		if (ready == 0)
			return err_set(err, ERR_FAILED, "no answer in time");
		if (errno != EINTR)
			return err_errno(err, errno, "poll");
	}
}

static int receive(int fd, int64_t deadline, struct fields *answer, struct err *err)
{
	char data[FIELDS_MAX];
	ssize_t len;
	bool well_formed;

	if (wait_readable(fd, deadline, err))
		return -1;
	len = recv(fd, data, sizeof(data), MSG_TRUNC | MSG_DONTWAIT);
	if (len < 0)
		return err_errno(err, errno, "recv");
	well_formed = (size_t)len <= sizeof(data) && fields_decode(answer, data, (size_t)len);
	explicit_bzero(data, sizeof(data));
	if (!len)
		return err_set(err, ERR_FAILED, "closed without an answer");
	return well_formed ? 0 : err_set(err, ERR_FAILED, "malformed answer");
}

int channel_ask(const char *path, const struct fields *request,
		const struct channel_patience *patience, struct fields *answer, struct err *err)
{
	cleanup_fd int fd =
	    open_request(path, request, now_milliseconds() + patience->reach_ms, err);

	return fd < 0 ? -1 : receive(fd, now_milliseconds() + patience->answer_ms, answer, err);
}
