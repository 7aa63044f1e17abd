/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/datagram.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"

union control {
	struct cmsghdr align;
	char data[CMSG_SPACE(sizeof(struct in_pktinfo))];
};

int datagram_listen(uint16_t port, struct err *err)
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int on = 1;

	if (fd < 0)
		return err_errno(err, errno, "socket");
	if (setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0)
		return err_errno(err, errno, "IP_PKTINFO");
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0)
		return err_errno(err, errno, "UDP port %u", port);
	return steal_fd(&fd);
}

ssize_t datagram_receive(int fd, void *data, size_t size, struct datagram_ends *ends)
{
	union control control;
	struct sockaddr_in peer = { .sin_family = AF_INET };
	struct iovec part = { .iov_base = data, .iov_len = size };
	struct msghdr message = { .msg_name = &peer,
				  .msg_namelen = sizeof(peer),
				  .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t len = recvmsg(fd, &message, 0);
	struct in_pktinfo info;

	if (len < 0)
		return -1;
	*ends = (struct datagram_ends){ .peer = ntohl(peer.sin_addr.s_addr),
					.peer_port = ntohs(peer.sin_port) };
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
		if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
			continue;
		memcpy(&info, CMSG_DATA(c), sizeof(info));
		ends->local = ntohl(info.ipi_spec_dst.s_addr);
	}
	return len;
}

int datagram_send(int fd, const void *data, size_t len, const struct datagram_ends *ends)
{
	union control control = { .data = { 0 } };
	struct sockaddr_in peer = { .sin_family = AF_INET,
				    .sin_port = htons(ends->peer_port),
				    .sin_addr.s_addr = htonl(ends->peer) };
	struct iovec part = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };
	struct msghdr message = { .msg_name = &peer,
				  .msg_namelen = sizeof(peer),
				  .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(ends->local) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	*c = (struct cmsghdr){ .cmsg_level = IPPROTO_IP,
			       .cmsg_type = IP_PKTINFO,
			       .cmsg_len = CMSG_LEN(sizeof(info)) };
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	return sendmsg(fd, &message, 0) < 0 ? -1 : 0;
}
