/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/policy_edit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cli/load.h"
#include "cli/order.h"
#include "drive/local.h"
#include "drive/lock_file.h"

#define LOCK_WAIT_MS 5000

int policy_edit_begin(struct policy_edit *edit, const struct paths *paths, const char *what,
		      struct err *err)
{
	int result;

	if (geteuid() != 0)
		return err_set(err, ERR_PERMISSION,
			       "the policy holds secrets, which only root may see; nothing was "
			       "changed");
	if (access(paths->etc, F_OK) < 0)
		return err_set(err, ERR_FAILED, "there is no policy yet; l2tpgw up writes one");
	edit->paths = paths;
	edit->lock = lock_file_take(paths->policy_lock, what, LOCK_WAIT_MS, err);
	if (edit->lock < 0)
		return -1;
	edit->file = (struct policy_file){ .path = paths->policy, .strict = true };
	edit->after = edit->file;
	result = load_policy(&edit->file, err);
	if (!result)
		(void)sha256_text(buf_text(&edit->file.text), edit->file.text.len, edit->base);
	return result;
}

int policy_edit_check(struct policy_edit *edit, struct err *err)
{
	const struct buf *before = &edit->file.text, *after = &edit->after.text;

	edit->changed =
	    before->len != after->len || memcmp(before->data, after->data, after->len) != 0;
	return policy_file_check(&edit->after, err);
}

int policy_edit_invalid(const struct policy_edit *edit, const struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (err->code != ERR_POLICY)
		return -1;
	policy_file_render(&edit->after, &text);
	(void)fputs(buf_text(&text), stderr);
	return ERR_POLICY;
}

static int apply(struct policy_edit *edit, const char *what, const char *user, struct err *err)
{
	const struct order order = { .paths = edit->paths,
				     .verb = "apply",
				     .policy = &edit->after.text,
				     .base = edit->base,
				     .what = what,
				     .allow_drop_of = user,
				     .json = true };

	edit->applied = order_give(&order, err);
	return edit->applied ? 0 : -1;
}

/* Whoever edits by hand takes no lock. */
static int install(const struct policy_edit *edit, struct err *err)
{
	cleanup_policy_file struct policy_file now = { .path = edit->file.path, .strict = true };
	const struct buf *text = &edit->file.text;

	if (policy_file_load(&now, err) < 0 && err->code != ERR_POLICY)
		return -1;
	if (now.text.len != text->len || memcmp(now.text.data, text->data, text->len) != 0)
		return err_set(err, ERR_LOCKED,
			       "%s was changed by somebody else meanwhile; nothing was changed. "
			       "Try again",
			       edit->file.path);
	return policy_file_write(edit->file.path, &edit->after.text, err);
}

int policy_edit_commit(struct policy_edit *edit, const char *what, const char *user,
		       struct err *err)
{
	if (!edit->changed)
		return 0;
	if (local_alive(edit->paths->control, SOCK_STREAM))
		return apply(edit, what, user, err);
	return install(edit, err);
}

void policy_edit_print(const struct policy_edit *edit)
{
	if (!edit->changed)
		puts("nothing had to be changed");
	else if (!edit->applied)
		puts("the gateway does not run; it takes effect with l2tpgw up");
	else
		order_print(&(struct order){ .verb = "apply" }, edit->applied);
}

void policy_edit_end(struct policy_edit *edit)
{
	policy_file_free(&edit->file);
	policy_file_free(&edit->after);
	json_decref(edit->applied);
	if (edit->lock >= 0)
		(void)close(edit->lock);
	edit->lock = -1;
}
