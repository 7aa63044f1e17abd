/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/procfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"

/* 0 with *len bytes and a NUL in `out`; 1 = gone. A longer file is cut off. */
static int read_proc(pid_t pid, const char *name, char *out, size_t max, size_t *len,
		     struct err *err)
{
	char path[64];
	cleanup_fd int fd = -1;
	ssize_t n = 1;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	for (*len = 0; fd >= 0 && n > 0 && *len<max - 1; *len += n> 0 ? (size_t)n : 0)
		n = read(fd, out + *len, max - 1 - *len);
	out[*len] = '\0';
	if (fd >= 0 && n >= 0)
		return 0;
	return errno == ENOENT || errno == ESRCH ? 1 : err_errno(err, errno, "%s", path);
}

static void make_printable(char *text)
{
	for (; *text; text++) {
		if (!isprint((unsigned char)*text))
			*text = '?';
	}
}

/* The name stands in parentheses and may hold any byte, parentheses too: the last one ends it. */
bool procfs_parse_stat(const char *text, struct procfs_stat *stat)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	long long parent, terminal;
	uint64_t user, system;
	int used = 0;

	*stat = (struct procfs_stat){ 0 };
	if (!open || !close || close < open)
		return false;
	(void)snprintf(stat->comm, sizeof(stat->comm), "%.*s", (int)(close - open - 1), open + 1);
	make_printable(stat->comm);
	/* state ppid pgrp session tty tpgid flags, 4 faults, utime stime, 2 of children, 4 of
	 * scheduling, starttime */
	if (sscanf(close + 1,
		   " %c %lld %*s %*s %lld %*s %*s %*s %*s %*s %*s %" SCNu64 " %" SCNu64
		   " %*s %*s %*s %*s %*s %*s %" SCNu64 "%n",
		   &stat->state, &parent, &terminal, &user, &system, &stat->start, &used) != 6)
		return false;
	if (parent < 0 || parent > INT32_MAX || !isspace((unsigned char)close[1 + used]))
		return false;
	stat->parent = (pid_t)parent;
	stat->cpu = user + system;
	/* The kernel's encoding (new_encode_dev()), of 12 and 20 bits. */
	stat->terminal = makedev((unsigned)(terminal >> 8 & 0xfff),
				 (unsigned)((terminal & 0xff) | (terminal >> 12 & 0xfff00)));
	return true;
}

int procfs_stat(pid_t pid, struct procfs_stat *stat, struct err *err)
{
	char text[1024];
	size_t len;
	int rc = read_proc(pid, "stat", text, sizeof(text), &len, err);

	if (rc)
		return rc;
	if (!procfs_parse_stat(text, stat))
		return err_set(err, ERR_FAILED, "/proc/%d/stat is not understood", (int)pid);
	return 0;
}

/* What never had a name in a file system stands there as removed, too. */
static bool was_a_file(const char *path)
{
	static const char *const others[] = { "/memfd:", "/dev/", "/SYSV" };

	for (size_t i = 0; i < array_size(others); i++) {
		if (!strncmp(path, others[i], strlen(others[i])))
			return false;
	}
	return true;
}

/* "55d0c000-55d1e000 r-xp 00004000 08:01 4711      /usr/sbin/xl2tpd (deleted)" */
static bool parse_mapping(const char *line, size_t len, char name[PROCFS_NAME_MAX])
{
	static const char removed[] = " (deleted)";
	const char *mode = memchr(line, ' ', len), *path = memchr(line, '/', len);
	size_t tail = sizeof(removed) - 1, path_len = path ? len - (size_t)(path - line) : 0;

	if (!mode || path_len <= tail || path - mode < 5 || mode[3] != 'x' ||
	    memcmp(path + path_len - tail, removed, tail) != 0 || !was_a_file(path))
		return false;
	path_len -= tail;
	path_len -= (size_t)((const char *)memrchr(path, '/', path_len) + 1 - path);
	(void)snprintf(name, PROCFS_NAME_MAX, "%.*s", (int)path_len, line + len - tail - path_len);
	make_printable(name);
	return true;
}

bool procfs_parse_maps(const char *text, char name[PROCFS_NAME_MAX])
{
	for (const char *line = text; *line;) {
		const char *end = strchrnul(line, '\n');

		if (parse_mapping(line, (size_t)(end - line), name))
			return true;
		line = *end ? end + 1 : end;
	}
	*name = '\0';
	return false;
}

int procfs_replaced(pid_t pid, char name[PROCFS_NAME_MAX], struct err *err)
{
	cleanup_free char *text = mem_alloc(PROCFS_MAPS_MAX);
	size_t len;
	int rc = read_proc(pid, "maps", text, PROCFS_MAPS_MAX, &len, err);

	*name = '\0';
	if (!rc)
		(void)procfs_parse_maps(text, name);
	return rc;
}

static void split(struct arena *arena, const char *text, size_t len, char ***argv, size_t *argc)
{
	void *list = NULL;

	*argc = 0;
	for (const char *p = text; p < text + len; p += strlen(p) + 1) {
		char **slot = arena_push(arena, &list, argc, sizeof(*slot));

		*slot = arena_strdup(arena, p);
	}
	*argv = arena_alloc(arena, (*argc + 1) * sizeof(**argv));
	if (*argc)
		memcpy(*argv, list, *argc * sizeof(**argv));
}

int procfs_argv(pid_t pid, struct arena *arena, char ***argv, size_t *argc, struct err *err)
{
	cleanup_free char *text = mem_alloc(PROCFS_CMDLINE_MAX);
	size_t len;
	int rc = read_proc(pid, "cmdline", text, PROCFS_CMDLINE_MAX, &len, err);

	if (!rc)
		split(arena, text, len, argv, argc);
	return rc;
}

const char *procfs_argument(const struct procfs_process *process, const char *name)
{
	for (size_t i = 0; i + 1 < process->argc; i++) {
		if (!strcmp(process->argv[i], name))
			return process->argv[i + 1];
	}
	return NULL;
}

/* Another gateway may live in another network namespace of this machine. */
static bool in_our_netns(pid_t pid)
{
	char path[64], ours[64], theirs[64];
	ssize_t n = readlink("/proc/self/ns/net", ours, sizeof(ours));

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	return n > 0 && readlink(path, theirs, sizeof(theirs)) == n &&
	       !memcmp(ours, theirs, (size_t)n);
}

static bool look_at(struct arena *arena, pid_t pid, struct procfs_process *out)
{
	struct err ignored; /* a process that ends while it is looked at is not there */

	*out = (struct procfs_process){ .pid = pid };
	return in_our_netns(pid) && procfs_stat(pid, &out->stat, &ignored) == 0 &&
	       procfs_argv(pid, arena, &out->argv, &out->argc, &ignored) == 0;
}

static pid_t pid_of(const char *name)
{
	char *end;
	long pid;

	if (!isdigit((unsigned char)*name))
		return 0;
	errno = 0;
	pid = strtol(name, &end, 10);
	return errno || *end || pid > INT32_MAX ? 0 : (pid_t)pid;
}

int procfs_find(struct arena *arena, bool (*match)(const struct procfs_process *, void *),
		void *user, struct procfs_process **list, size_t *count, struct err *err)
{
	DIR *dir = opendir("/proc");
	void *found = NULL;

	if (!dir)
		return err_errno(err, errno, "/proc");
	*count = 0;
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		cleanup_arena struct arena *scratch = arena_new();
		pid_t pid = pid_of(entry->d_name);
		struct procfs_process seen, *slot;

		if (!pid || !look_at(scratch, pid, &seen) || !match(&seen, user))
			continue;
		slot = arena_push(arena, &found, count, sizeof(*slot));
		*slot = seen;
		slot->argv = arena_alloc(arena, (seen.argc + 1) * sizeof(*slot->argv));
		for (size_t i = 0; i < seen.argc; i++)
			slot->argv[i] = arena_strdup(arena, seen.argv[i]);
	}
	(void)closedir(dir);
	*list = found;
	return 0;
}
