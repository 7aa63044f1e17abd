/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/policy_install.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply/policy_file.h"
#include "base/file.h"
#include "policy/policy.h"

static void kept_path(const struct paths *paths, char out[PATHS_MAX])
{
	(void)snprintf(out, PATHS_MAX, "%s/policy.before", paths->state);
}

bool policy_install_holds(const struct paths *paths, const struct buf *text)
{
	cleanup_buf struct buf now = BUF_INIT;
	struct err ignored;

	return file_read(paths->policy, POLICY_BYTES_MAX, &now, &ignored) == 0 &&
	       now.len == text->len && (!now.len || !memcmp(now.data, text->data, now.len));
}

/* A file that is not there is kept as an empty one, which no policy is. */
static int keep(const struct paths *paths, struct err *err)
{
	cleanup_buf struct buf now = BUF_INIT;
	char path[PATHS_MAX];

	kept_path(paths, path);
	if (access(paths->policy, F_OK) == 0 || errno != ENOENT) {
		if (file_read(paths->policy, POLICY_BYTES_MAX, &now, err) < 0)
			return -1;
	}
	return file_write(path, buf_text(&now), now.len, 0600, true, err);
}

int policy_install(const struct paths *paths, const struct buf *text, struct err *err)
{
	struct err ignored;

	if (keep(paths, err) < 0)
		return -1;
	if (policy_file_write(paths->policy, text, err) == 0)
		return 0;
	if (!policy_install_holds(paths, text))
		(void)policy_install_done(paths, &ignored);
	return -1;
}

int policy_install_undo(const struct paths *paths, const struct buf *installed, struct err *err)
{
	cleanup_buf struct buf before = BUF_INIT;
	char path[PATHS_MAX];

	kept_path(paths, path);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (file_read(path, POLICY_BYTES_MAX, &before, err) < 0)
		return -1;
	if (!policy_install_holds(paths, installed)) {
		bool back = policy_install_holds(paths, &before);

		return policy_install_done(paths, err) < 0 ? -1 : !back;
	}
	if (before.len ? policy_file_write(paths->policy, &before, err) < 0
		       : file_remove_durable(paths->policy, err) < 0)
		return -1;
	return policy_install_done(paths, err);
}

int policy_install_done(const struct paths *paths, struct err *err)
{
	char path[PATHS_MAX];

	kept_path(paths, path);
	return file_remove_durable(path, err);
}
