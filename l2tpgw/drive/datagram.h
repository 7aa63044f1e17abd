/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_DATAGRAM_H
#define L2TPGW_DRIVE_DATAGRAM_H

/* A UDP socket on all addresses that answers from the one it was asked at. Never blocks. */
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct datagram_ends {
	uint32_t peer, local; /* host byte order, as the port */
	uint16_t peer_port;
};

/* The descriptor, or -1. */
int datagram_listen(uint16_t port, struct err *err);
/* The length, -1 if there is none; what is longer than `size` is cut. */
ssize_t datagram_receive(int fd, void *data, size_t size, struct datagram_ends *ends);
int datagram_send(int fd, const void *data, size_t len, const struct datagram_ends *ends);

#endif
