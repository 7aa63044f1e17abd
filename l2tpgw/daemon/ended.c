/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/ended.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/messages.h"
#include "daemon/message.h"

static void ended_path(const struct paths *paths, struct session_pid pppd, char out[PATHS_MAX])
{
	(void)snprintf(out, PATHS_MAX, "%s/" MSG_ENDED_NAME, paths->ended, pppd.pid, pppd.start);
}

static bool is_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	       st.st_size <= FIELDS_MAX;
}

static bool take_word(int fd, struct session_pid pppd, struct session_end *end)
{
	struct message message;
	struct fields fields;
	char data[FIELDS_MAX];
	ssize_t len = is_ours(fd) ? read(fd, data, sizeof(data)) : -1;

	if (len <= 0 || !fields_decode(&fields, data, (size_t)len) ||
	    !message_read(&fields, &message) || message.kind != MESSAGE_DOWN ||
	    message.pppd.pid != pppd.pid || message.pppd.start != pppd.start)
		return false;
	*end = message_end(&message);
	return true;
}

struct session_end ended_read(const struct paths *paths, struct session_pid pppd)
{
	struct session_end end = { .pppd = pppd, .how = SESSION_VANISHED };
	cleanup_fd int fd = -1;
	char path[PATHS_MAX];

	ended_path(paths, pppd, path);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 ? errno != ENOENT : !take_word(fd, pppd, &end))
		log_warning("%s is ignored: it is not what a pppd leaves", path);
	return end;
}

void ended_remove(const struct paths *paths, struct session_pid pppd)
{
	struct err err = { .code = ERR_NONE };
	char path[PATHS_MAX];

	ended_path(paths, pppd, path);
	if (file_remove(path, &err) < 0)
		log_warning("%s", err.text);
}

/* Also of one that is being written: its pppd ends a moment later. */
static bool is_awaited(const struct session_table *sessions, const char *name)
{
	struct session_pid pppd;
	char *rest;

	pppd.pid = (uint32_t)strtoul(name, &rest, 10);
	pppd.start = *rest == '-' ? strtoull(rest + 1, NULL, 10) : 0;
	return pppd.start && session_by_pid(sessions, pppd);
}

void ended_sweep(const struct gateway *gateway)
{
	DIR *dir = opendir(gateway->paths.ended);
	char path[PATHS_MAX + 256];
	struct err err;

	if (!dir)
		return;
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    is_awaited(gateway->sessions, entry->d_name))
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", gateway->paths.ended, entry->d_name);
		if (file_remove(path, &err) < 0)
			log_warning("%s", err.text);
	}
	(void)closedir(dir);
}
