/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/policy_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "drive/host.h"
#include "drive/zone.h"
#include "policy/json.h"

#define SECRET_FILE_MAX 4096

static const char *policy_file_name(const struct policy_file *file)
{
	return strcmp(file->path, "-") ? file->path : "standard input";
}

/* It holds secrets: whoever can read or write it has the gateway. */
static int check_owner(const char *path, const struct stat *st, struct err *err)
{
	if (!S_ISREG(st->st_mode))
		return err_set(err, ERR_FAILED, "%s is not a regular file", path);
	if (st->st_uid != 0)
		return err_set(err, ERR_PERMISSION,
			       "%s holds secrets but does not belong to root; chown root %s", path,
			       path);
	if (st->st_mode & 077)
		return err_set(err, ERR_PERMISSION,
			       "%s holds secrets but others can read it; chmod 600 %s", path, path);
	return 0;
}

/* Whoever made a link can lead it elsewhere at any time. */
static int check_link(const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && st.st_uid != 0)
		return err_set(err, ERR_PERMISSION,
			       "%s is a symbolic link that does not belong to root; chown -h root "
			       "%s",
			       path, path);
	return 0;
}

static bool same_state(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* What is read is what was looked at, whatever the path leads to meanwhile. */
static int read_owned(const char *path, size_t max, struct buf *out, struct err *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char opened[32];
	struct stat st, after;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, errno, "cannot open %s", path);
	if (check_link(path, err) < 0 || check_owner(path, &st, err) < 0)
		return -1;
	(void)snprintf(opened, sizeof(opened), "/proc/self/fd/%d", fd);
	if (file_read(opened, max, out, err) < 0)
		return err_wrap(err, "%s", path);
	if (fstat(fd, &after) < 0 || !same_state(&st, &after))
		return err_set(err, ERR_FAILED, "%s was changed while it was read; try again",
			       path);
	return 0;
}

static int read_secret(void *user, const char *path, struct buf *out, struct err *err)
{
	const struct policy_file *file = user;

	if (file->strict)
		return read_owned(path, SECRET_FILE_MAX, out, err);
	return file_read(path, SECRET_FILE_MAX, out, err);
}

static bool knows_zone(void *user, const char *name)
{
	(void)user;
	return zone_is_known(name);
}

static int read_text(struct policy_file *file, struct err *err)
{
	if (!strcmp(file->path, "-"))
		return file_read("/dev/stdin", POLICY_BYTES_MAX, &file->text, err);
	if (file->strict)
		return read_owned(file->path, POLICY_BYTES_MAX, &file->text, err);
	return file_read(file->path, POLICY_BYTES_MAX, &file->text, err);
}

/* Facts that a policy is checked against depend on the WAN, which the policy itself may name. */
static int gather_host(struct policy_file *file, struct err *err)
{
	struct json_wiping saved;
	const char *wan;
	json_t *root;
	int result;

	json_wiping_begin(&saved);
	root = json_loadb(buf_text(&file->text), file->text.len, 0, NULL);
	wan = json_string_value(json_object_get(json_object_get(root, "gateway"), "wan"));
	result = host_gather_wan(wan && strcmp(wan, "auto") ? wan : NULL, &file->host, err);
	json_decref(root);
	json_wiping_end(&saved);
	return result;
}

int policy_file_check(struct policy_file *file, struct err *err)
{
	struct policy_io io = { .read = read_secret, .zone = knows_zone, .user = file };
	cleanup_buf struct buf text = BUF_INIT;

	if (file->files) {
		io.read = file->files->read;
		io.user = file->files->user;
	}
	if (gather_host(file, err) < 0)
		return -1;
	file->policy = policy_load(policy_file_name(file), buf_text(&file->text), file->text.len,
				   &file->host, &io, &file->diags);
	if (file->policy)
		return 0;
	policy_file_render(file, &text);
	return err_set(err, ERR_POLICY, "%s", buf_text(&text));
}

int policy_file_load(struct policy_file *file, struct err *err)
{
	return read_text(file, err) < 0 ? -1 : policy_file_check(file, err);
}

int policy_file_write(const char *path, const struct buf *text, struct err *err)
{
	cleanup_free char *target = NULL;

	if (check_link(path, err) < 0)
		return -1;
	target = realpath(path, NULL);
	if (!target && errno != ENOENT)
		return err_errno(err, errno, "cannot write %s", path);
	return file_write(target ? target : path, buf_text(text), text->len, 0600, true, err);
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
