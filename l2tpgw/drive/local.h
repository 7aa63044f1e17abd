/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_LOCAL_H
#define L2TPGW_DRIVE_LOCAL_H

/*
 * Unix sockets: listeners of l2tpgwd, and how l2tpgw and the tests reach them. Who is at the other
 * end is what the kernel says (SO_PEERCRED, unix(7)), never what the peer says.
 * All descriptors are close-on-exec.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct local_peer {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

/* Returned instead of a result where nothing is there yet (non-blocking descriptors). */
enum { LOCAL_AGAIN = -2, LOCAL_CLOSED = -3 };

/*
 * A non-blocking listener of `type` (SOCK_SEQPACKET or SOCK_STREAM). A socket file nobody answers
 * at is removed; if somebody does, that is ERR_LOCKED. `group` may be NULL; if it exists, the file
 * belongs to it, else `mode` loses its group bits.
 */
int local_listen(const char *path, int type, mode_t mode, const char *group, struct err *err);
/* A non-blocking connection and who is there; LOCAL_AGAIN if nobody waits; -1 on failure. */
int local_accept(int listener, struct local_peer *peer, struct err *err);
/* A blocking connection whose reads and writes fail after `ms` milliseconds (0 = never). */
int local_connect(const char *path, int type, int ms, struct err *err);
/* True if somebody listens there. */
bool local_alive(const char *path, int type);

/* One message of a SOCK_SEQPACKET connection, whole or not at all. 0, LOCAL_AGAIN, -1. */
int local_send(int fd, const void *data, size_t len, struct err *err);
/* Bytes received; LOCAL_AGAIN; LOCAL_CLOSED; -1 (also for a message longer than `max`). */
ssize_t local_receive(int fd, void *data, size_t max, struct err *err);
/*
 * Appends what a SOCK_STREAM connection holds now to `in`, which never grows over `max` bytes
 * (more is -1). Bytes appended; LOCAL_AGAIN; LOCAL_CLOSED; -1.
 */
ssize_t local_read(int fd, struct buf *in, size_t max, struct err *err);
/* Writes from the front of `out` and consumes what went out. 0 = all, LOCAL_AGAIN, -1. */
int local_flush(int fd, struct buf *out, struct err *err);

#endif
