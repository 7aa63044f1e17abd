/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_FAKE_DAEMON_H
#define L2TPGW_TESTS_FAKE_DAEMON_H

/*
 * l2tpgwd's end of the socket. It listens in the test's own process; where the other end waits for
 * an answer, a forked child gives it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fields.h"

struct fake_daemon {
	char directory[32];
	char path[64], ended[64];
	int listener;
	pid_t child;
};

static inline void fake_daemon_listen(struct fake_daemon *fake)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, fake->path, sizeof(fake->path));
	fake->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_true(fake->listener >= 0);
	assert_int_equal(bind(fake->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fake->listener, 8), 0);
}

static inline void fake_daemon_open(struct fake_daemon *fake)
{
	memset(fake, 0, sizeof(*fake));
	strcpy(fake->directory, "/tmp/l2tpgw-test-XXXXXX");
	assert_non_null(mkdtemp(fake->directory));
	(void)snprintf(fake->path, sizeof(fake->path), "%s/s", fake->directory);
	(void)snprintf(fake->ended, sizeof(fake->ended), "%s/ended", fake->directory);
	fake_daemon_listen(fake);
}

static inline void fake_daemon_stop(struct fake_daemon *fake)
{
	close(fake->listener);
	fake->listener = -1;
	unlink(fake->path);
}

/* Takes one connection and its first message. */
static inline int fake_daemon_take(const struct fake_daemon *fake, struct fields *message)
{
	int fd = accept(fake->listener, NULL, NULL);
	char data[FIELDS_MAX];
	ssize_t len;

	if (fd < 0)
		return -1;
	len = recv(fd, data, sizeof(data), 0);
	if (len <= 0 || !fields_decode(message, data, (size_t)len)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A child answers the next message with `reply`; its exit status is 0 if nothing follows. */
static inline void fake_daemon_answer(struct fake_daemon *fake, const void *reply, size_t len)
{
	struct fields message;
	char data[FIELDS_MAX];
	int fd;

	fake->child = fork();
	assert_true(fake->child >= 0);
	if (fake->child)
		return;
	fd = fake_daemon_take(fake, &message);
	if (fd < 0 || send(fd, reply, len, MSG_NOSIGNAL) != (ssize_t)len)
		_exit(1);
	_exit(recv(fd, data, sizeof(data), 0) == 0 ? 0 : 2);
}

static inline int fake_daemon_child_status(struct fake_daemon *fake)
{
	int status;

	assert_int_equal(waitpid(fake->child, &status, 0), fake->child);
	fake->child = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void fake_daemon_close(struct fake_daemon *fake)
{
	if (fake->child) {
		kill(fake->child, SIGKILL);
		(void)waitpid(fake->child, NULL, 0);
	}
	if (fake->listener >= 0)
		fake_daemon_stop(fake);
	rmdir(fake->directory);
}

#endif
