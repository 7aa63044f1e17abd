/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/policy_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "drive/host.h"

#define SECRET_FILE_MAX 4096

static const char *policy_file_name(const struct policy_file *file)
{
	return strcmp(file->path, "-") ? file->path : "standard input";
}

/* It holds secrets: whoever can read or write it has the gateway. */
static int check_owner(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_errno(err, errno, "cannot open %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_FAILED, "%s is not a regular file", path);
	if (st.st_uid != 0)
		return err_set(err, ERR_PERMISSION,
			       "%s holds secrets but does not belong to root; chown root %s", path,
			       path);
	if (st.st_mode & 077)
		return err_set(err, ERR_PERMISSION,
			       "%s holds secrets but others can read it; chmod 600 %s", path, path);
	return 0;
}

static int read_secret(void *user, const char *path, struct buf *out, struct err *err)
{
	const struct policy_file *file = user;

	if (file->strict && check_owner(path, err) < 0)
		return -1;
	return file_read(path, SECRET_FILE_MAX, out, err);
}

static int read_text(struct policy_file *file, struct err *err)
{
	if (!strcmp(file->path, "-"))
		return file_read("/dev/stdin", POLICY_BYTES_MAX, &file->text, err);
	if (file->strict && check_owner(file->path, err) < 0)
		return -1;
	return file_read(file->path, POLICY_BYTES_MAX, &file->text, err);
}

int policy_file_load(struct policy_file *file, struct err *err)
{
	const struct policy_io io = { .read = read_secret, .user = file };
	cleanup_buf struct buf text = BUF_INIT;

	if (read_text(file, err) < 0 || host_gather(&file->host, err) < 0)
		return -1;
	file->policy = policy_load(policy_file_name(file), buf_text(&file->text), file->text.len,
				   &file->host, &io, &file->diags);
	if (file->policy)
		return 0;
	policy_file_render(file, &text);
	return err_set(err, ERR_POLICY, "%s", buf_text(&text));
}

void policy_file_render(const struct policy_file *file, struct buf *out)
{
	diags_render(&file->diags, policy_file_name(file), buf_text(&file->text), file->text.len,
		     out);
}

struct policy *policy_file_take(struct policy_file *file)
{
	return steal_ptr(file->policy);
}

void policy_file_free(struct policy_file *file)
{
	buf_free(&file->text);
	diags_free(&file->diags);
	policy_free(file->policy);
	file->policy = NULL;
}
