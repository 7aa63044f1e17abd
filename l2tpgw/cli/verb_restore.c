/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apply/policy_file.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cli/backup.h"
#include "cli/install.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "drive/local.h"

static int give_file(void *user, const char *path, struct buf *out, struct err *err)
{
	struct backup_file *file = backup_find(user, path);

	/* The diagnosis has the line that names it. */
	if (!file)
		return err_set(err, ERR_FAILED, "the backup does not have it");
	file->named = true;
	buf_puts(out, file->content);
	return 0;
}

static void warn_of_wan(const struct policy_file *file)
{
	if (file->policy->gateway.wan && !*file->host.wan)
		(void)fprintf(stderr,
			      "warning: gateway.wan names %s, which this machine has not: its "
			      "address and MTU are not known\n",
			      file->policy->gateway.wan);
}

/* Checked against this machine, which may have other networks than the one it comes from. */
static int check_policy(struct backup *backup, const char *name, struct err *err)
{
	const struct policy_io files = { .read = give_file, .user = backup };
	cleanup_policy_file struct policy_file file = { .path = name, .files = &files };
	cleanup_buf struct buf shown = BUF_INIT;

	buf_puts(&file.text, backup->policy);
	if (policy_file_check(&file, err) < 0 && err->code != ERR_POLICY)
		return -1;
	policy_file_render(&file, &shown);
	(void)fputs(buf_text(&shown), stderr);
	if (!file.policy)
		return err_set(err, ERR_POLICY,
			       "its policy is not valid here; nothing was changed");
	warn_of_wan(&file);
	return 0;
}

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return !strncmp(path, folder, len) && path[len] == '/';
}

/* 0 = it may be written; 1 = it is there already, with that content. */
static int check_target(const struct args *args, const struct backup_file *file, struct err *err)
{
	cleanup_buf struct buf now = BUF_INIT;

	if (!is_below(file->path, args->paths->etc) && !args->given[OPTION_OUTSIDE])
		return err_set(err, ERR_PERMISSION,
			       "the backup would write %s, outside %s; nothing was changed. If you "
			       "trust it: --outside",
			       file->path, args->paths->etc);
	if (access(file->path, F_OK) < 0)
		return 0;
	if (file_read(file->path, BACKUP_FILE_MAX, &now, err) < 0)
		return -1;
	if (!strcmp(buf_text(&now), file->content))
		return 1;
	return err_set(err, ERR_FAILED,
		       "%s is there with another content; nothing was changed. Move it away first",
		       file->path);
}

/* What the policy does not name nobody needs, and whoever wrote the document may mean harm. */
static int check_targets(const struct args *args, const struct backup *backup, struct err *err)
{
	for (size_t i = 0; i < backup->files_count; i++) {
		const struct backup_file *file = &backup->files[i];

		if (!file->named)
			(void)fprintf(stderr,
				      "warning: left out %s, which the policy does not "
				      "name\n",
				      file->path);
		else if (check_target(args, file, err) < 0)
			return -1;
	}
	return 0;
}

static int write_file(struct backup_file *file, struct err *err)
{
	char folder[PATH_MAX];

	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(file->path, '/') - file->path),
		       file->path);
	if (file_mkdirs(folder, 0700, err) < 0 ||
	    file_write(file->path, file->content, strlen(file->content), 0600, true, err) < 0)
		return -1;
	file->written = true;
	return 0;
}

static int write_files(const struct args *args, struct backup *backup, struct err *err)
{
	for (size_t i = 0; i < backup->files_count; i++) {
		struct backup_file *file = &backup->files[i];

		int there = file->named ? check_target(args, file, err) : 1;

		if (there < 0 || (there == 0 && write_file(file, err) < 0))
			return -1;
	}
	return 0;
}

static void take_back(const struct backup *backup, struct err *err)
{
	for (size_t i = 0; i < backup->files_count; i++) {
		const struct backup_file *file = &backup->files[i];
		struct err undo = { .code = ERR_NONE };

		if (file->written && file_remove(file->path, &undo) < 0)
			(void)err_wrap(err, "%s could not be taken back (%s)", file->path,
				       undo.text);
	}
}

static int put_back(const struct args *args, struct backup *backup, struct install *install,
		    struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_puts(&text, backup->policy);
	if (install_lock(install, "restore", err) < 0 || check_targets(args, backup, err) < 0)
		return -1;
	if (write_files(args, backup, err) < 0 ||
	    install_text(install, &text, "restore", err) < 0) {
		take_back(backup, err);
		return err_wrap(err, "nothing was restored");
	}
	return 0;
}

static json_t *named_json(const struct backup *backup)
{
	json_t *list = json_array();

	for (size_t i = 0; i < backup->files_count; i++) {
		if (backup->files[i].named)
			(void)json_array_append_new(list, json_string(backup->files[i].path));
	}
	return list;
}

static void report(const struct args *args, const struct backup *backup,
		   const struct install *install)
{
	bool kept = install->existed && install->changed;
	json_t *files = named_json(backup);
	json_t *json = json_pack("{s:s, s:s, s:b, s:O}", "schema", "l2tpgw.restore/1", "policy",
				 args->paths->policy, "kept_before", kept, "files", files);

	if (args->given[OPTION_JSON])
		print_json(json);
	else
		(void)fprintf(stderr, "wrote %s%s and %zu files it names; now: l2tpgw up\n",
			      args->paths->policy,
			      kept ? " (the one before is policy.json.before)" : "",
			      json_array_size(files));
	json_decref(json);
	json_decref(files);
}

int verb_restore(const struct args *args, struct err *err)
{
	const char *name = args->operand[0];
	struct install install = INSTALL_INIT(args->paths);
	cleanup_arena struct arena *arena = arena_new();
	struct backup backup = { .arena = arena };
	cleanup_buf struct buf text = BUF_INIT;
	int result;

	if (geteuid() != 0)
		return err_set(err, ERR_PERMISSION, "restore needs root; nothing was changed");
	if (local_alive(args->paths->control, SOCK_STREAM))
		return err_set(err, ERR_LOCKED,
			       "a gateway runs here; nothing was changed. l2tpgw down first");
	if (file_read(strcmp(name, "-") ? name : "/dev/stdin", BACKUP_BYTES_MAX, &text, err) < 0)
		return -1;
	if (backup_read(&backup, buf_text(&text), text.len, err) < 0)
		return err_wrap(err, "%s", name);
	if (check_policy(&backup, name, err) < 0)
		return -1;
	result = put_back(args, &backup, &install, err);
	if (result == 0)
		report(args, &backup, &install);
	install_free(&install);
	return result;
}
