/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/pidfile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define PIDFILE_BYTES_MAX 256

int pidfile_write(const char *path, const struct pidfile *file, struct err *err)
{
	char text[PIDFILE_BYTES_MAX];
	int len = snprintf(text, sizeof(text), "%d %" PRIu64 " %s\n", (int)file->pid, file->start,
			   *file->digest ? file->digest : "-");

	return file_write(path, text, (size_t)len, 0644, false, err);
}

static bool parse(const char *text, struct pidfile *file)
{
	long long pid;
	int used = 0;

	_Static_assert(PIDFILE_DIGEST_MAX == 129, "the field width below");
	if (sscanf(text, "%lld %" SCNu64 " %128[0-9a-f-]%n", &pid, &file->start, file->digest,
		   &used) != 3)
		return false;
	if (pid <= 0 || pid > INT32_MAX || strcmp(text + used, "\n") != 0)
		return false;
	file->pid = (pid_t)pid;
	if (!strcmp(file->digest, "-"))
		file->digest[0] = '\0';
	return true;
}

int pidfile_read(const char *path, struct pidfile *file, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	*file = (struct pidfile){ 0 };
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 1;
	if (file_read(path, PIDFILE_BYTES_MAX, &text, err) < 0)
		return -1;
	if (!parse(buf_text(&text), file))
		return err_set(err, ERR_FAILED, "%s is not a pid file of l2tpgw", path);
	return 0;
}
