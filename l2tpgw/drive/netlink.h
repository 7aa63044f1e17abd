/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_NETLINK_H
#define L2TPGW_DRIVE_NETLINK_H

/*
 * One request or one dump over netlink: what net_*.c, xfrm.c, conntrack.c and nft.c share.
 * Everything acts in the network namespace of the caller. libnl builds the messages and walks the
 * answers; sending and receiving is done here, because libnl folds the kernel's errno values and
 * leaves what it received (the keys of SAs among it) in freed memory.
 */
#include <stddef.h>
#include <stdint.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/err.h"
#include "base/mem.h"

/*
 * What an idempotent operation returns: negative (with *err set) = it failed, NET_DONE = it
 * changed something, NET_SAME = it was so already (there when adding, absent when deleting).
 */
enum { NET_DONE = 0, NET_SAME = 1 };

static inline void netlink_msg_free_(struct nl_msg **msg)
{
	nlmsg_free(*msg);
}
#define cleanup_nl_msg __attribute__((cleanup(netlink_msg_free_)))

/* A socket of that protocol (NETLINK_ROUTE, …) that hears the groups; negative with *err set. */
int netlink_open(int protocol, const unsigned *groups, size_t groups_count, struct err *err);
/* A request with a fixed header of `len` bytes behind the netlink header. Never NULL. */
struct nl_msg *netlink_request(int type, int flags, const void *header, size_t len);
/* Appends an attribute; running out of room ends the process (sizes are all known). */
void netlink_put(struct nl_msg *msg, int type, const void *data, size_t len);
void netlink_put_u32(struct nl_msg *msg, int type, uint32_t value);
/* An IPv4 address (host byte order) as the kernel wants it. */
void netlink_put_ip4(struct nl_msg *msg, int type, uint32_t address);

/* Sends and waits for the acknowledgement. 0, or the errno of the kernel (positive). */
int netlink_talk(int fd, struct nl_msg *msg);

/*
 * Sends a transaction: what begins it, what is to be done, what ends it. Of the former only those
 * between the first and the last are acknowledged. 0, or an errno (positive): then nothing is done.
 */
int netlink_batch(int fd, struct nl_msg *const *msgs, size_t count);

struct netlink_dump {
	void (*begin)(void *user); /* forget what was collected: the dump starts (again) */
	void (*each)(struct nlmsghdr *nlh, void *user);
	void *user;
};

/*
 * Runs a dump (or a get: one answer). One that was overtaken by changes (NLM_F_DUMP_INTR) is
 * started again, a few times. 0, or an errno (positive): EINTR if it never held still.
 */
int netlink_dump(int fd, struct nl_msg *msg, const struct netlink_dump *dump);

/*
 * The two ways most callers go. A change: one request on a socket of its own; the errno `same`
 * means that it was so already. Everything else is an error that says `what` was tried.
 */
int netlink_change(int protocol, struct nl_msg *msg, int same, const char *what, struct err *err);

/* A dump gathered into an array in an arena; `each` appends by netlink_list_add(). */
struct netlink_list {
	struct arena *arena;
	void *items;
	size_t count;
	const void *filter; /* for `each` */
	int errnum; /* what the kernel said if netlink_collect() failed; 0 = it was not asked */
};
void *netlink_list_add(struct netlink_list *list, size_t size);
int netlink_collect(int protocol, struct nl_msg *msg, void (*each)(struct nlmsghdr *, void *),
		    struct netlink_list *list, const char *what, struct err *err);

/* An IPv4 address in an attribute, host byte order; 0 if absent or too short. */
uint32_t netlink_ip4(const struct nlattr *attr);
/* A 32-bit number in an attribute; `fallback` if absent or too short. */
uint32_t netlink_u32(const struct nlattr *attr, uint32_t fallback);

#endif
