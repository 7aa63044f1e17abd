/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/rfc3339.h"
#include "cli/password.h"
#include "cli/policy_edit.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "cli/when.h"
#include "policy/edit.h"
#include "policy/names.h"
#include "policy/suggest.h"

#define NAME_BYTES 255
#define WHAT_MAX   (NAME_BYTES + 32)

/* The verbs that change one user: each makes a text of the policy, the rest is the same for all. */
struct change {
	const struct args *args;
	const char *name;
	struct password password;
	char expires[RFC3339_MAX]; /* "" = never */
	struct policy_edit edit;
};

struct action {
	const char *name, *done;
	bool adds;
	bool drops; /* ends sessions of the user */
	int (*make)(struct change *change, const struct policy_user *user, struct err *err);
};

static int set(struct change *change, const struct edit_member *member, struct err *err)
{
	const struct buf *text = &change->edit.file.text;

	return edit_set(buf_text(text), text->len, change->name, member, &change->edit.after.text,
			err);
}

static int unset(struct change *change, const char *key, struct err *err)
{
	const struct buf *text = &change->edit.file.text;

	return edit_unset(buf_text(text), text->len, change->name, key, &change->edit.after.text,
			  err);
}

static void member(struct edit_user *user, const char *key, const char *text)
{
	if (text && *text)
		user->member[user->count++] = (struct edit_member){ .key = key, .text = text };
}

static struct edit_member secret_of(const struct password *password)
{
	if (password->hashed)
		return (struct edit_member){ .key = "nt_hash", .text = password->hash };
	return (struct edit_member){ .key = "password", .text = password->text };
}

static int make_add(struct change *change, const struct policy_user *user, struct err *err)
{
	const struct buf *text = &change->edit.file.text;
	struct edit_user added = { .count = 0 };

	(void)user;
	member(&added, "name", change->name);
	added.member[added.count++] = secret_of(&change->password);
	member(&added, "group", change->args->value[OPTION_GROUP]);
	member(&added, "address", change->args->value[OPTION_ADDRESS]);
	member(&added, "expires", change->expires);
	member(&added, "comment", change->args->value[OPTION_COMMENT]);
	return edit_add(buf_text(text), text->len, &added, 1, &change->edit.after.text, err);
}

static int make_passwd(struct change *change, const struct policy_user *user, struct err *err)
{
	static const char *const secrets[] = { "password", "password_file", "nt_hash" };
	const struct edit_member secret = secret_of(&change->password);

	(void)user;
	if (set(change, &secret, err) < 0)
		return -1;
	for (size_t i = 0; i < array_size(secrets); i++) {
		cleanup_buf struct buf text = change->edit.after.text;

		change->edit.after.text = (struct buf)BUF_INIT;
		if (!strcmp(secrets[i], secret.key))
			buf_append(&change->edit.after.text, buf_text(&text), text.len);
		else if (edit_unset(buf_text(&text), text.len, change->name, secrets[i],
				    &change->edit.after.text, err) < 0)
			return -1;
	}
	return 0;
}

static int make_disable(struct change *change, const struct policy_user *user, struct err *err)
{
	(void)user;
	return set(change, &(struct edit_member){ .key = "disabled", .literal = "true" }, err);
}

static int make_enable(struct change *change, const struct policy_user *user, struct err *err)
{
	const struct buf *text = &change->edit.file.text;

	if (user->disabled)
		return unset(change, "disabled", err);
	buf_append(&change->edit.after.text, buf_text(text), text->len);
	return 0;
}

static int make_expire(struct change *change, const struct policy_user *user, struct err *err)
{
	(void)user;
	if (!*change->expires)
		return unset(change, "expires", err);
	return set(change, &(struct edit_member){ .key = "expires", .text = change->expires }, err);
}

static int make_remove(struct change *change, const struct policy_user *user, struct err *err)
{
	const struct buf *text = &change->edit.file.text;

	(void)user;
	return edit_remove(buf_text(text), text->len, change->name, &change->edit.after.text, err);
}

static int no_such_user(const struct policy *policy, const char *name, struct err *err)
{
	struct suggest suggest;

	suggest_begin(&suggest, name);
	for (size_t i = 0; i < policy->users_count; i++)
		suggest_offer(&suggest, policy->users[i].name);
	return err_set(err, ERR_FAILED, "there is no user \"%s\"%s%s%s; nothing was changed", name,
		       suggest.best ? "; did you mean \"" : "", suggest.best ? suggest.best : "",
		       suggest.best ? "\"?" : "");
}

/* Whether the policy has what the action needs to be there, or not to be. */
static int find_user(const struct change *change, const struct action *action,
		     const struct policy_user **user, struct err *err)
{
	const struct policy *policy = change->edit.file.policy;

	*user = policy_user(policy, change->name);
	if (*user && action->adds)
		return err_set(err, ERR_FAILED,
			       "there is a user \"%s\" already; l2tpgw user passwd gives another "
			       "password. Nothing was changed",
			       change->name);
	return *user || action->adds ? 0 : no_such_user(policy, change->name, err);
}

static int begin(struct change *change, const struct action *action, const char *what,
		 const struct policy_user **user, struct err *err)
{
	int result = policy_edit_begin(&change->edit, change->args->paths, what, err);

	return result ? result : find_user(change, action, user, err);
}

static void report(const struct change *change, const struct action *action)
{
	const char *shown = change->password.generated ? change->password.text : NULL;
	json_t *json;

	if (!change->args->given[OPTION_JSON]) {
		printf("%s %s\n", action->done, change->name);
		if (*change->expires || action->make == make_expire)
			printf("expires   %s\n", *change->expires ? change->expires : "never");
		if (shown)
			printf("password  %s\n", shown);
		policy_edit_print(&change->edit);
		return;
	}
	json = json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:b, s:O?}", "schema", "l2tpgw.user/1",
			 "action", action->name, "user", change->name, "password", shown, "expires",
			 *change->expires ? change->expires : NULL, "changed", change->edit.changed,
			 "applied", change->edit.applied);
	print_json(json);
	json_decref(json);
}

static int change_text(struct change *change, const struct action *action, const char *what,
		       const struct policy_user *user, struct err *err)
{
	if (action->make(change, user, err) < 0)
		return -1;
	if (policy_edit_check(&change->edit, err) < 0)
		return policy_edit_invalid(&change->edit, err);
	if (policy_edit_commit(&change->edit, what, action->drops ? change->name : NULL, err) < 0)
		return -1;
	report(change, action);
	return 0;
}

static int run(struct change *change, const struct action *action, struct err *err)
{
	const struct policy_user *user = NULL;
	char what[WHAT_MAX];
	int result;

	(void)snprintf(what, sizeof(what), "user %s %s", action->name, change->name);
	result = begin(change, action, what, &user, err);
	if (!result)
		result = change_text(change, action, what, user, err);
	policy_edit_end(&change->edit);
	return result;
}

static int start(struct change *change, const struct args *args, struct err *err)
{
	const char *why = names_user(args->operand[0]);

	*change =
	    (struct change){ .args = args, .name = args->operand[0], .edit = POLICY_EDIT_INIT };
	if (!*change->name)
		return err_set(err, ERR_USAGE, "the name is empty");
	if (why)
		return err_set(err, ERR_USAGE, "the name %s", why);
	if (strlen(change->name) > NAME_BYTES)
		return err_set(err, ERR_USAGE, "the name is longer than %d bytes", NAME_BYTES);
	return 0;
}

static int set_expires(struct change *change, const char *text, struct err *err)
{
	int64_t wall;

	if (!text)
		return 0;
	if (when_parse(text, (int64_t)time(NULL), &wall, err) < 0)
		return -1;
	if (wall)
		(void)rfc3339_text(wall, change->expires);
	return 0;
}

static int simple(const struct args *args, const struct action *action, struct err *err)
{
	struct change change;

	return start(&change, args, err) < 0 ? -1 : run(&change, action, err);
}

int verb_user_add(const struct args *args, struct err *err)
{
	static const struct action action = { "add", "added", true, false, make_add };
	struct change change;
	int result = start(&change, args, err);

	if (result == 0)
		result = set_expires(&change, args->value[OPTION_EXPIRES], err);
	if (result == 0)
		result = password_get(args, true, &change.password, err);
	if (result == 0)
		result = run(&change, &action, err);
	password_wipe(&change.password);
	return result;
}

/* Nobody shall think of a password for a user that is not there. */
static int look(struct change *change, const struct action *action, struct err *err)
{
	const struct policy_user *user;
	int result = begin(change, action, "user passwd", &user, err);

	policy_edit_end(&change->edit);
	return result;
}

int verb_user_passwd(const struct args *args, struct err *err)
{
	static const struct action action = { "passwd", "new password for", false, false,
					      make_passwd };
	struct change change;
	int result = start(&change, args, err);

	if (!result)
		result = look(&change, &action, err);
	if (!result)
		result = password_get(args, false, &change.password, err);
	if (!result)
		result = run(&change, &action, err);
	password_wipe(&change.password);
	return result;
}

int verb_user_disable(const struct args *args, struct err *err)
{
	static const struct action action = { "disable", "disabled", false, true, make_disable };

	return simple(args, &action, err);
}

int verb_user_enable(const struct args *args, struct err *err)
{
	static const struct action action = { "enable", "enabled", false, false, make_enable };

	return simple(args, &action, err);
}

int verb_user_remove(const struct args *args, struct err *err)
{
	static const struct action action = { "remove", "removed", false, true, make_remove };

	return simple(args, &action, err);
}

int verb_user_expire(const struct args *args, struct err *err)
{
	static const struct action action = { "expire", "changed", false, true, make_expire };
	struct change change;

	if (start(&change, args, err) < 0 || set_expires(&change, args->operand[1], err) < 0)
		return -1;
	return run(&change, &action, err);
}
