/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/ports.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "drive/procfs.h"

#define TABLE_MAX (8u << 20)

struct owners {
	struct arena *arena;
	void *list;
	size_t count;
	const uint16_t *ports;
	size_t ports_count;
};

static bool is_wanted(const struct owners *owners, unsigned port)
{
	for (size_t i = 0; i < owners->ports_count; i++) {
		if (owners->ports[i] == port)
			return true;
	}
	return false;
}

/* proc(5), /proc/net/udp: the address is the raw word in hex, the inode the tenth column. */
static void take_line(struct owners *owners, const char *line, bool ipv6)
{
	struct port_owner *out;
	char address[40];
	unsigned port;
	uint64_t inode;

	if (sscanf(line, " %*[0-9]: %32[0-9A-F]:%4x %*s %*s %*s %*s %*s %*s %*s %" SCNu64, address,
		   &port, &inode) != 3 ||
	    !is_wanted(owners, port))
		return;
	out = arena_push(owners->arena, &owners->list, &owners->count, sizeof(*out));
	out->port = (uint16_t)port;
	out->ipv6 = ipv6;
	out->address = ipv6 ? 0 : ntohl((uint32_t)strtoul(address, NULL, 16));
	out->inode = inode;
}

static int take_table(struct owners *owners, const char *path, bool ipv6, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	char *rest, *line;

	if (file_read(path, TABLE_MAX, &text, err) < 0)
		return -1;
	if (!text.len)
		return 0;
	for (line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		take_line(owners, line, ipv6);
	return 0;
}

static void name_owner(struct port_owner *owner, pid_t pid)
{
	struct procfs_stat stat;
	struct err ignored;

	owner->pid = pid;
	if (procfs_stat(pid, &stat, &ignored) != 0)
		return;
	_Static_assert(sizeof(owner->command) == sizeof(stat.comm), "the same text");
	memcpy(owner->command, stat.comm, sizeof(owner->command));
}

/* Of several processes that share a socket the first one stands for all. */
static void match_socket(struct owners *owners, const char *target, pid_t pid)
{
	struct port_owner *list = owners->list;
	uint64_t inode;

	if (sscanf(target, "socket:[%" SCNu64 "]", &inode) != 1)
		return;
	for (size_t i = 0; i < owners->count; i++) {
		if (list[i].inode == inode && !list[i].pid)
			name_owner(&list[i], pid);
	}
}

static void look_at_process(struct owners *owners, pid_t pid)
{
	char path[64], target[64];
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	if (!dir)
		return;
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		if (n > 0) {
			target[n] = '\0';
			match_socket(owners, target, pid);
		}
	}
	(void)closedir(dir);
}

static int look_at_all(struct owners *owners, struct err *err)
{
	DIR *dir = opendir("/proc");

	if (!dir)
		return err_errno(err, errno, "/proc");
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		if (isdigit((unsigned char)entry->d_name[0]))
			look_at_process(owners, (pid_t)atoi(entry->d_name));
	}
	(void)closedir(dir);
	return 0;
}

int ports_owners(struct arena *arena, const uint16_t *ports, size_t ports_count,
		 struct port_owner **list, size_t *count, struct err *err)
{
	struct owners owners = { .arena = arena, .ports = ports, .ports_count = ports_count };

	if (take_table(&owners, "/proc/self/net/udp", false, err) < 0)
		return -1;
	/* A kernel without IPv6 has no such table. */
	if (access("/proc/self/net/udp6", F_OK) == 0 &&
	    take_table(&owners, "/proc/self/net/udp6", true, err) < 0)
		return -1;
	if (owners.count && look_at_all(&owners, err) < 0)
		return -1;
	*list = owners.list;
	*count = owners.count;
	return 0;
}
