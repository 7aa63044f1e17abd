/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/farewell.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/messages.h"

int farewell_leave(const char *socket, const struct identity *identity,
		   const struct fields *message, struct err *err)
{
	const char *slash = strrchr(socket, '/');
	char path[PATH_MAX];
	int len;

	if (!slash || message->failed)
		return err_set(err, ERR_INTERNAL, "no place, or a message that does not fit");
	len = snprintf(path, sizeof(path), "%.*s/" MSG_ENDED_FOLDER "/" MSG_ENDED_NAME,
		       (int)(slash - socket), socket, identity->pid, identity->starttime);
	if (len < 0 || (size_t)len >= sizeof(path))
		return err_set(err, ERR_FAILED, "%s: longer than a path can be", socket);
	return file_write(path, message->data, message->len, 0600, false, err);
}
