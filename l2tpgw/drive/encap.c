/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/encap.h"

#include <errno.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/fabric.h"

int encap_open(struct err *err)
{
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const struct sockaddr_in name = { .sin_family = AF_INET,
					  .sin_port = htons(FABRIC_L2TP_PORT),
					  .sin_addr = { htonl(FABRIC_ENCAP_ADDRESS) } };
	int on = 1, type = UDP_ENCAP_ESPINUDP;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_IP, IP_TRANSPARENT, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *)&name, sizeof(name)) < 0 ||
	    setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type)) < 0)
		return err_errno(err, errno, "the decapsulating socket");
	return steal_fd(&fd);
}
