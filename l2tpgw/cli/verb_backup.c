/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apply/policy_file.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cli/backup.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/verb.h"

static int take_file(void *user, const char *path, struct buf *out, struct err *err)
{
	struct backup *backup = user;
	struct backup_file *file;

	if (file_read(path, BACKUP_FILE_MAX, out, err) < 0)
		return -1;
	if (backup_find(backup, path))
		return 0;
	file =
	    arena_push(backup->arena, (void **)&backup->files, &backup->files_count, sizeof(*file));
	*file = (struct backup_file){ .path = arena_strdup(backup->arena, path),
				      .content = arena_strdup(backup->arena, buf_text(out)) };
	return 0;
}

/* Which files a policy names is found out by loading it. */
static int collect(struct backup *backup, const struct policy_file *file, struct err *err)
{
	const struct policy_io io = { .read = take_file, .user = backup };
	struct diags diags;
	struct policy *policy = policy_load(file->path, buf_text(&file->text), file->text.len,
					    &file->host, &io, &diags);

	diags_free(&diags);
	backup->policy = arena_strdup(backup->arena, buf_text(&file->text));
	policy_free(policy);
	return policy ? 0 : err_set(err, ERR_FAILED, "%s changed meanwhile", file->path);
}

static int write_out(const char *output, const struct buf *text, struct err *err)
{
	if (!output && isatty(STDOUT_FILENO))
		return err_set(err, ERR_USAGE,
			       "a backup holds secrets: name a file with --output, or send it on");
	if (!output)
		return fwrite(buf_text(text), 1, text->len, stdout) == text->len
			   ? 0
			   : err_errno(err, errno, "standard output");
	if (access(output, F_OK) == 0)
		return err_set(err, ERR_FAILED, "%s exists; nothing was written", output);
	return file_write(output, buf_text(text), text->len, 0600, true, err);
}

/* The document itself is JSON: an object about it is printed when it went elsewhere. */
static void report(const struct args *args, const struct backup *backup)
{
	const char *output = args->value[OPTION_OUTPUT];
	json_t *json;

	(void)fprintf(stderr, "the policy and %zu files it names; it holds every secret in clear\n",
		      backup->files_count);
	if (!output || !args->given[OPTION_JSON])
		return;
	json = json_pack("{s:s, s:s, s:I}", "schema", "l2tpgw.backup-written/1", "output", output,
			 "files", (json_int_t)backup->files_count);
	print_json(json);
	json_decref(json);
}

int verb_backup(const struct args *args, struct err *err)
{
	cleanup_policy_file struct policy_file file = { .path = args->paths->policy,
							.strict = true };
	cleanup_arena struct arena *arena = arena_new();
	struct backup backup = { .arena = arena };
	cleanup_buf struct buf text = BUF_INIT;
	int result = load_policy(&file, err);

	if (result)
		return result;
	if (collect(&backup, &file, err) < 0 ||
	    backup_write(&backup, (int64_t)time(NULL), &text, err) < 0 ||
	    write_out(args->value[OPTION_OUTPUT], &text, err) < 0)
		return -1;
	report(args, &backup);
	return 0;
}
