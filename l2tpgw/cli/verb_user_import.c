/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cli/policy_edit.h"
#include "cli/print.h"
#include "cli/secret.h"
#include "cli/verb.h"
#include "policy/roster.h"

#define FILE_BYTES_MAX (32u << 20)

struct import {
	const struct args *args;
	const char *file;         /* name for messages */
	const char *passwords_to; /* NULL = nowhere */
	struct roster roster;
	struct policy_edit edit;
};

static int generate(struct import *import, struct err *err)
{
	struct roster *roster = &import->roster;

	for (size_t i = 0; i < roster->count; i++) {
		char *password;

		if (*roster->users[i].password)
			continue;
		password = arena_alloc(roster->arena, SECRET_PASSWORD_LENGTH + 1);
		if (secret_generate(password, SECRET_PASSWORD_LENGTH, err) < 0)
			return -1;
		roster->users[i].password = password;
		roster->users[i].generated = true;
	}
	return 0;
}

/* The users that could be read, as the policy sees them: it judges what they say. */
static int judge(struct import *import, struct err *err)
{
	struct policy_edit *edit = &import->edit;
	const struct buf *text = &edit->file.text;

	if (edit_add(buf_text(text), text->len, roster_edits(&import->roster), import->roster.count,
		     &edit->after.text, err) < 0)
		return -1;
	if (policy_edit_check(edit, err) == 0)
		return 0;
	if (err->code != ERR_POLICY)
		return -1;
	roster_judge(&import->roster, &edit->after.diags, edit->file.policy->users_count);
	return 0;
}

static int refuse(struct import *import)
{
	cleanup_buf struct buf text = BUF_INIT;

	roster_render(&import->roster, import->file, &text);
	(void)fputs(buf_text(&text), stderr);
	return ERR_POLICY;
}

static int check(struct import *import, struct err *err)
{
	struct roster *roster = &import->roster;
	int result;

	if (generate(import, err) < 0)
		return -1;
	result = policy_edit_begin(&import->edit, import->args->paths, "user import", err);
	if (!result && roster->count)
		result = judge(import, err);
	if (!result && roster->errors)
		return refuse(import);
	if (!result && roster->without_password && !import->passwords_to)
		return err_set(err, ERR_USAGE,
			       "%zu users have no password in %s; say --passwords-to FILE to have "
			       "some generated. Nothing was changed",
			       roster->without_password, import->file);
	return result;
}

/* Name and password of those that were generated, as CSV: neither needs a quote but the name. */
static void put_passwords(const struct roster *roster, struct buf *out)
{
	buf_puts(out, "name,password\n");
	for (size_t i = 0; i < roster->count; i++) {
		const struct roster_user *user = &roster->users[i];

		if (!user->generated)
			continue;
		buf_putc(out, '"');
		for (const char *c = user->name; *c; c++)
			buf_printf(out, *c == '"' ? "\"%c" : "%c", *c);
		buf_printf(out, "\",%s\n", user->password);
	}
}

/* Before the policy is changed: whoever cannot be told the password has not got one. */
static int write_passwords(const struct import *import, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	const char *path = import->passwords_to;
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_errno(err, errno, "cannot create %s; nothing was changed", path);
	put_passwords(&import->roster, &text);
	for (size_t done = 0; done < text.len;) {
		ssize_t n = write(fd, text.data + done, text.len - done);

		if (n <= 0) {
			(void)unlink(path);
			return err_errno(err, errno, "cannot write %s; nothing was changed", path);
		}
		done += (size_t)n;
	}
	if (fsync(fd) == 0)
		return 0;
	(void)unlink(path);
	return err_errno(err, errno, "cannot write %s; nothing was changed", path);
}

static int commit(struct import *import, struct err *err)
{
	bool writes = import->roster.without_password > 0;
	char what[64];

	(void)snprintf(what, sizeof(what), "user import (%zu users)", import->roster.count);
	if (writes && write_passwords(import, err) < 0)
		return -1;
	if (policy_edit_commit(&import->edit, what, NULL, err) == 0)
		return 0;
	if (!writes)
		return -1;
	/* l2tpgwd goes on without us: these may be the only passwords that somebody has. */
	if (err->code == ERR_UNREACHABLE)
		return err_wrap(err,
				"it is not known whether the users were added (l2tpgw history); "
				"their passwords stay in %s",
				import->passwords_to);
	(void)unlink(import->passwords_to);
	return -1;
}

static void report(const struct import *import)
{
	const struct roster *roster = &import->roster;
	json_t *json;

	if (!import->args->given[OPTION_JSON]) {
		printf("added %zu users\n", roster->count);
		if (roster->without_password)
			printf("passwords of %zu of them are in %s\n", roster->without_password,
			       import->passwords_to);
		policy_edit_print(&import->edit);
		return;
	}
	json = json_pack("{s:s, s:i, s:i, s:s?, s:O?}", "schema", "l2tpgw.user-import/1", "added",
			 (int)roster->count, "generated", (int)roster->without_password,
			 "passwords_to", roster->without_password ? import->passwords_to : NULL,
			 "applied", import->edit.applied);
	print_json(json);
	json_decref(json);
}

static int run(struct import *import, struct err *err)
{
	int result = check(import, err);

	if (!result)
		result = commit(import, err);
	if (!result)
		report(import);
	return result;
}

int verb_user_import(const struct args *args, struct err *err)
{
	bool stdin_too = !strcmp(args->operand[0], "-");
	struct import import = { .args = args,
				 .file = stdin_too ? "standard input" : args->operand[0],
				 .passwords_to = args->value[OPTION_PASSWORDS_TO],
				 .edit = POLICY_EDIT_INIT };
	cleanup_buf struct buf text = BUF_INIT;
	int result;

	if (file_read(stdin_too ? "/dev/stdin" : args->operand[0], FILE_BYTES_MAX, &text, err) < 0)
		return -1;
	roster_read(&import.roster, buf_text(&text), text.len);
	result = run(&import, err);
	policy_edit_end(&import.edit);
	roster_free(&import.roster);
	return result;
}
