/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/login.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/file.h"
#include "drive/procfs.h"

#define NOBODY         ((uid_t)-1) /* what loginuid says of daemons */
#define UNIX98_SLAVE   136         /* major number of /dev/pts/N (devices.txt of Linux) */
#define UNIX98_SLAVE_N 8           /* majors they take */

static uid_t login_of(pid_t pid)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err ignored;
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/loginuid", (int)pid);
	if (file_read(path, 64, &text, &ignored) < 0 || !text.len)
		return NOBODY;
	return (uid_t)strtoul(buf_text(&text), NULL, 10);
}

static uid_t terminal_owner(pid_t pid)
{
	struct procfs_stat process;
	struct err ignored;
	struct stat st;
	char path[64];

	if (procfs_stat(pid, &process, &ignored) != 0 || major(process.terminal) < UNIX98_SLAVE ||
	    major(process.terminal) >= UNIX98_SLAVE + UNIX98_SLAVE_N)
		return NOBODY;
	(void)snprintf(path, sizeof(path), "/dev/pts/%u",
		       (major(process.terminal) - UNIX98_SLAVE) * 256 + minor(process.terminal));
	if (stat(path, &st) < 0 || st.st_rdev != process.terminal)
		return NOBODY;
	return st.st_uid;
}

static void name_of(uid_t uid, char out[LOGIN_WHO_MAX / 2])
{
	const struct passwd *entry = getpwuid(uid);
	int len = entry ? snprintf(out, LOGIN_WHO_MAX / 2, "%s", entry->pw_name) : -1;

	for (int i = 0; i < len && i < LOGIN_WHO_MAX / 2 - 1; i++) {
		if (out[i] <= ' ' || out[i] > '~')
			out[i] = '?';
	}
	if (len <= 0)
		(void)snprintf(out, LOGIN_WHO_MAX / 2, "uid %u", (unsigned)uid);
}

const char *login_who(pid_t pid, uid_t uid, char out[LOGIN_WHO_MAX])
{
	char name[LOGIN_WHO_MAX / 2], behind[LOGIN_WHO_MAX / 2];
	uid_t login = login_of(pid);

	if (login == NOBODY)
		login = terminal_owner(pid);
	name_of(uid, name);
	if (login == NOBODY || login == uid) {
		(void)snprintf(out, LOGIN_WHO_MAX, "%s", name);
		return out;
	}
	name_of(login, behind);
	(void)snprintf(out, LOGIN_WHO_MAX, "%s (%s)", name, behind);
	return out;
}
