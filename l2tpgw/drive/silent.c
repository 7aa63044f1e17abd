/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/silent.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/fabric.h"

int silent_open(struct err *err)
{
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(FABRIC_L2TP_PORT) };
	int on = 1, bytes = 0; /* the kernel makes that its minimum: a packet or two lie there */

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) < 0)
		return err_errno(err, errno, "UDP socket");
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) == 0)
		return steal_fd(&fd);
	if (errno == EADDRINUSE)
		return err_set(err, ERR_LOCKED, "UDP port %d is in use by another program",
			       FABRIC_L2TP_PORT);
	return err_errno(err, errno, "UDP port %d", FABRIC_L2TP_PORT);
}
