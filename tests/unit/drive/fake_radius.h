/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_FAKE_RADIUS_H
#define L2TPGW_TESTS_FAKE_RADIUS_H

/* A RADIUS server that does what the test says, request by request. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drive/radius.h"

#define FAKE_SECRET "a secret of theirs"

struct fake_radius {
	int fd;
	uint16_t port;
	struct sockaddr_in from; /* of the last request */
	uint8_t data[RADIUS_PACKET_MAX];
	struct radius_view request;
};

static const struct radius_secret fake_secret = { FAKE_SECRET, sizeof(FAKE_SECRET) - 1 };

static inline void fake_radius_listen(struct fake_radius *fake)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(fake->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	fake->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(fake->fd >= 0);
	assert_int_equal(bind(fake->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fake->fd, (struct sockaddr *)&at, &len), 0);
	fake->port = ntohs(at.sin_port);
}

static inline void fake_radius_open(struct fake_radius *fake)
{
	memset(fake, 0, sizeof(*fake));
	fake_radius_listen(fake);
}

/* As a server that is killed. */
static inline void fake_radius_stop(struct fake_radius *fake)
{
	if (fake->fd >= 0)
		close(fake->fd);
	fake->fd = -1;
}

/* Takes one request; false if there is none. */
static inline bool fake_radius_take(struct fake_radius *fake)
{
	socklen_t len = sizeof(fake->from);
	ssize_t got = recvfrom(fake->fd, fake->data, sizeof(fake->data), 0,
			       (struct sockaddr *)&fake->from, &len);

	return got >= 0 && radius_read(&fake->request, fake->data, (size_t)got);
}

static inline void fake_radius_send(const struct fake_radius *fake, const void *data, size_t len)
{
	assert_int_equal(sendto(fake->fd, data, len, 0, (const struct sockaddr *)&fake->from,
				sizeof(fake->from)),
			 len);
}

/* Answers the request that was taken last. */
static inline void fake_radius_answer(const struct fake_radius *fake, enum radius_code code,
				      bool is_signed, struct radius_secret secret)
{
	struct radius_packet packet;

	radius_begin(&packet, code, is_signed);
	radius_put_u32(&packet, RADIUS_SESSION_TIMEOUT, 3600);
	radius_finish_reply(&packet, fake->request.id, fake->request.authenticator, secret);
	fake_radius_send(fake, packet.data, packet.len);
}

#endif
