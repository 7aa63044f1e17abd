/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/l2tp_socket.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <linux/if_pppox.h>

#include "base/cleanup.h"
#include "base/fabric.h"

#define DISCARD_PORT 9 /* no L2TP client's */

static void close_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}
#define cleanup_dir __attribute__((cleanup(close_dir)))

static int borrow(int pidfd, int number)
{
	return (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
}

/* What a PPPoL2TP socket knows of its tunnel, among it the number of the UDP socket below. */
static bool tunnel_of(int fd, struct pppol2tp_addr *tunnel)
{
	struct sockaddr_pppol2tp name;
	socklen_t len = sizeof(name);

	if (getsockname(fd, (struct sockaddr *)&name, &len) < 0 || len < sizeof(name) ||
	    name.sa_family != AF_PPPOX || name.sa_protocol != PX_PROTO_OL2TP)
		return false;
	memcpy(tunnel, &name.pppol2tp, sizeof(*tunnel));
	return true;
}

static bool is_connected_to(int fd, uint32_t peer)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);

	return getpeername(fd, (struct sockaddr *)&address, &len) == 0 &&
	       address.sin_family == AF_INET && address.sin_addr.s_addr == htonl(peer);
}

/* Slot addresses lead nowhere by themselves (the second line of defence), and need no gateway. */
static int point_nowhere(int fd)
{
	const struct sockaddr_in nowhere = {
		.sin_family = AF_INET,
		.sin_port = htons(DISCARD_PORT),
		.sin_addr.s_addr = htonl(fabric_vip(FABRIC_SLOTS - 1)),
	};

	return connect(fd, (const struct sockaddr *)&nowhere, sizeof(nowhere));
}

/* 1 = done, 0 = not one of those. */
static int retire(int pidfd, int number, uint32_t peer, uint32_t keep, struct err *err)
{
	cleanup_fd int fd = borrow(pidfd, number), udp = -1;
	struct pppol2tp_addr tunnel;

	if (fd < 0 || !tunnel_of(fd, &tunnel) || tunnel.s_tunnel == keep)
		return 0;
	udp = borrow(pidfd, tunnel.fd);
	if (udp < 0 || !is_connected_to(udp, peer))
		return 0;
	return point_nowhere(udp) < 0
		   ? err_errno(err, errno, "cannot retire the socket of tunnel %u",
			       (unsigned)tunnel.s_tunnel)
		   : 1;
}

int l2tp_socket_retire(pid_t worker, uint32_t peer, uint32_t keep, struct err *err)
{
	cleanup_fd int pidfd = (int)syscall(SYS_pidfd_open, worker, 0);
	cleanup_dir DIR *dir = NULL;
	char path[32];
	int retired = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)worker);
	dir = opendir(path);
	if (pidfd < 0 || !dir)
		return err_errno(err, errno, "cannot look at the sockets of xl2tpd");
	for (struct dirent *entry; (entry = readdir(dir));) {
		int result = entry->d_name[0] == '.'
				 ? 0
				 : retire(pidfd, atoi(entry->d_name), peer, keep, err);

		if (result < 0)
			return -1;
		retired += result;
	}
	return retired;
}
