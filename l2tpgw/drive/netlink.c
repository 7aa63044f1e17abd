/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <linux/netlink.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define DUMP_TRIES  8
#define RECEIVE_MAX 65536 /* the kernel fills at most 32 KiB of a dump into one datagram */

static int join_groups(int fd, const unsigned *groups, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
			       sizeof(groups[i])) < 0)
			return -1;
	}
	return 0;
}

int netlink_open(int protocol, const unsigned *groups, size_t groups_count, struct err *err)
{
	cleanup_fd int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	/* The kernel answers at once; should it ever not, an error is better than a frozen daemon.
	 */
	struct timeval patience = { .tv_sec = 10 };

	if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof(self)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
	    join_groups(fd, groups, groups_count) < 0)
		return err_errno(err, errno, "netlink protocol %d", protocol);
	return steal_fd(&fd);
}

struct nl_msg *netlink_request(int type, int flags, const void *header, size_t len)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	if (!msg || nlmsg_append(msg, (void *)(uintptr_t)header, len, NLMSG_ALIGNTO) < 0)
		abort();
	return msg;
}

void netlink_put(struct nl_msg *msg, int type, const void *data, size_t len)
{
	if (nla_put(msg, type, (int)len, data) < 0)
		abort();
}

void netlink_put_u32(struct nl_msg *msg, int type, uint32_t value)
{
	netlink_put(msg, type, &value, sizeof(value));
}

void netlink_put_ip4(struct nl_msg *msg, int type, uint32_t address)
{
	netlink_put_u32(msg, type, htonl(address));
}

struct exchange {
	const struct netlink_dump *dump; /* NULL = only the acknowledgement counts */
	uint32_t seq;
	bool interrupted; /* NLM_F_DUMP_INTR */
	bool done;
	int errnum; /* the kernel's verdict */
};

/* NLMSG_ERROR and, for a dump that fails half way, NLMSG_DONE start with a negative errno. */
static void take_verdict(struct exchange *ex, const struct nlmsghdr *nlh)
{
	int error = 0;

	if (nlmsg_datalen(nlh) >= (int)sizeof(error))
		memcpy(&error, nlmsg_data(nlh), sizeof(error));
	if (error < 0)
		ex->errnum = -error;
	ex->done = true;
}

static void take_message(struct exchange *ex, struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_seq != ex->seq)
		return;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		ex->interrupted = true;
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
		take_verdict(ex, nlh);
	else if (nlh->nlmsg_type >= NLMSG_MIN_TYPE && ex->dump)
		ex->dump->each(nlh, ex->dump->user);
}

static int receive(int fd, struct exchange *ex, char *buf)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { .iov_base = buf, .iov_len = RECEIVE_MAX };
	struct msghdr mh = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1
	};
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	ssize_t n = recvmsg(fd, &mh, 0);
	int left = (int)n;

	if (n < 0)
		return errno == EINTR ? 0 : errno;
	if (mh.msg_flags & MSG_TRUNC)
		return EMSGSIZE;
	for (; from.nl_pid == 0 && nlmsg_ok(nlh, left) && !ex->done; nlh = nlmsg_next(nlh, &left))
		take_message(ex, nlh);
	return 0;
}

static uint32_t next_seq(void)
{
	static uint32_t seq;

	return ++seq;
}

static int hear(int fd, struct exchange *ex)
{
	char *buf = mem_alloc(RECEIVE_MAX);
	int errnum = 0;

	while (!ex->done && !errnum)
		errnum = receive(fd, ex, buf);
	mem_wipe_free(buf, RECEIVE_MAX);
	return errnum ? errnum : ex->errnum;
}

static int run(int fd, struct nl_msg *msg, struct exchange *ex)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);

	nlh->nlmsg_seq = ex->seq = next_seq();
	if (send(fd, nlh, nlh->nlmsg_len, 0) < 0)
		return errno;
	return hear(fd, ex);
}

/*
 * All have one number. The last that does something asks for an acknowledgement; whichever fails is
 * answered before it.
 */
int netlink_batch(int fd, struct nl_msg *const *msgs, size_t count)
{
	cleanup_buf struct buf all = BUF_INIT;
	struct exchange ex = { .seq = next_seq() };

	for (size_t i = 0; i < count; i++) {
		struct nlmsghdr *nlh = nlmsg_hdr(msgs[i]);
		char pad[NLMSG_ALIGNTO] = { 0 };

		nlh->nlmsg_seq = ex.seq;
		if (i + 2 == count)
			nlh->nlmsg_flags |= NLM_F_ACK;
		buf_append(&all, (const char *)nlh, nlh->nlmsg_len);
		buf_append(&all, pad, NLMSG_ALIGN(nlh->nlmsg_len) - nlh->nlmsg_len);
	}
	if (send(fd, all.data, all.len, 0) < 0)
		return errno;
	return hear(fd, &ex);
}

int netlink_talk(int fd, struct nl_msg *msg)
{
	struct exchange ex = { 0 };

	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK;
	return run(fd, msg, &ex);
}

int netlink_dump(int fd, struct nl_msg *msg, const struct netlink_dump *dump)
{
	/* A get has one answer, and the acknowledgement that is asked for here ends it. */
	if ((nlmsg_hdr(msg)->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK;
	for (int i = 0; i < DUMP_TRIES; i++) {
		struct exchange ex = { .dump = dump };
		int errnum;

		dump->begin(dump->user);
		errnum = run(fd, msg, &ex);
		if (errnum || !ex.interrupted)
			return errnum;
	}
	return EINTR;
}

int netlink_change(int protocol, struct nl_msg *msg, int same, const char *what, struct err *err)
{
	cleanup_fd int fd = netlink_open(protocol, NULL, 0, err);
	int errnum;

	if (fd < 0)
		return err_wrap(err, "%s", what);
	errnum = netlink_talk(fd, msg);
	if (errnum == same)
		return NET_SAME;
	return errnum ? err_errno(err, errnum, "%s", what) : NET_DONE;
}

void *netlink_list_add(struct netlink_list *list, size_t size)
{
	return arena_push(list->arena, &list->items, &list->count, size);
}

static void list_begin(void *user)
{
	struct netlink_list *list = user;

	list->count = 0;
}

int netlink_collect(int protocol, struct nl_msg *msg, void (*each)(struct nlmsghdr *, void *),
		    struct netlink_list *list, const char *what, struct err *err)
{
	struct netlink_dump dump = { .begin = list_begin, .each = each, .user = list };
	cleanup_fd int fd = netlink_open(protocol, NULL, 0, err);

	if (fd < 0)
		return err_wrap(err, "%s", what);
	list->errnum = netlink_dump(fd, msg, &dump);
	return list->errnum ? err_errno(err, list->errnum, "%s", what) : 0;
}

uint32_t netlink_ip4(const struct nlattr *attr)
{
	return ntohl(netlink_u32(attr, 0));
}

uint32_t netlink_u32(const struct nlattr *attr, uint32_t fallback)
{
	uint32_t value;

	if (!attr || nla_len(attr) < (int)sizeof(value))
		return fallback;
	memcpy(&value, nla_data(attr), sizeof(value));
	return value;
}
