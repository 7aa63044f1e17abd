/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cli/import.h"
#include "cli/verb.h"
#include "policy/policy.h"

#define OLD_FILE_MAX (4u << 20)

struct old_file {
	const char *path; /* below the root; a folder if there is a suffix */
	void (*read)(struct import *import, const char *file, const char *text);
	const char *suffix; /* all files of the folder whose names end so */
};

/* What each includes as distributions and scripts have it (import_include()) comes behind it. */
static const struct old_file old_files[] = {
	{ "/etc/ipsec.conf", import_ipsec_conf, NULL },
	{ "/etc/ipsec.d", import_ipsec_conf, ".conf" },
	{ "/etc/ipsec.secrets", import_ipsec_secrets, NULL },
	{ "/etc/ipsec.d", import_ipsec_secrets, ".secrets" },
	{ "/etc/swanctl/swanctl.conf", import_swanctl, NULL },
	{ "/etc/swanctl/conf.d", import_swanctl, ".conf" },
	{ "/etc/xl2tpd/xl2tpd.conf", import_xl2tpd, NULL },
	{ "/etc/ppp/chap-secrets", import_chap_secrets, NULL },
};

/* 0; 1 = it is not there. The text goes into the import's arena, which is wiped. */
static int read_old(struct import *import, const char *root, const char *path, const char **text,
		    struct err *err)
{
	const char *whole = arena_printf(import->arena, "%s%s", root, path);
	cleanup_buf struct buf content = BUF_INIT;

	if (access(whole, F_OK) < 0)
		return errno == ENOENT ? 1 : err_errno(err, errno, "cannot look at %s", whole);
	if (file_read(whole, OLD_FILE_MAX, &content, err) < 0)
		return -1;
	if (memchr(buf_text(&content), '\0', content.len))
		return err_set(err, ERR_FAILED, "%s is no text", whole);
	*text = arena_strdup(import->arena, buf_text(&content));
	return 0;
}

/* What xl2tpd.conf names, else where everybody has it. */
static int read_options(struct import *import, const char *root, struct err *err)
{
	const char *path = import->options_file;
	const char *text;
	int result;

	if (!path || *path != '/')
		path = "/etc/ppp/options.xl2tpd";
	result = read_old(import, root, path, &text, err);
	if (result == 0)
		import_ppp_options(import, path, text);
	return result < 0 ? -1 : 0;
}

static int read_one(struct import *import, const char *root, const struct old_file *old,
		    const char *path, unsigned *found, struct err *err)
{
	const char *text;
	int result = read_old(import, root, path, &text, err);

	if (result)
		return result < 0 ? -1 : 0;
	(*found)++;
	old->read(import, path, text);
	return old->read == import_xl2tpd ? read_options(import, root, err) : 0;
}

static bool ends_in(const char *name, const char *suffix)
{
	size_t len = strlen(name), end = strlen(suffix);

	return *name != '.' && len > end && !strcmp(name + len - end, suffix);
}

/* In the order of their names, as those who include them do. */
static int read_folder(struct import *import, const char *root, const struct old_file *old,
		       unsigned *found, struct err *err)
{
	const char *folder = arena_printf(import->arena, "%s%s", root, old->path);
	struct dirent **list = NULL;
	int count = scandir(folder, &list, NULL, alphasort), result = 0;

	for (int i = 0; i < count; i++) {
		if (result == 0 && ends_in(list[i]->d_name, old->suffix))
			result = read_one(
			    import, root, old,
			    arena_printf(import->arena, "%s/%s", old->path, list[i]->d_name), found,
			    err);
		free(list[i]);
	}
	free(list);
	return result;
}

static int read_all(struct import *import, const char *root, unsigned *found, struct err *err)
{
	for (size_t i = 0; i < array_size(old_files); i++) {
		const struct old_file *old = &old_files[i];

		if ((old->suffix ? read_folder(import, root, old, found, err)
				 : read_one(import, root, old, old->path, found, err)) < 0)
			return -1;
	}
	return 0;
}

static void print_notes(const struct import *import)
{
	if (import->notes_count)
		(void)fputs("Not carried over as it was:\n", stderr);
	for (size_t i = 0; i < import->notes_count; i++)
		(void)fprintf(stderr, "  * %s\n", import->notes[i]);
}

static int write_policy(const char *output, const struct buf *text, struct err *err)
{
	if (!output) {
		(void)fputs(buf_text(text), stdout);
		return 0;
	}
	if (access(output, F_OK) == 0)
		return err_set(err, ERR_FAILED,
			       "%s exists; nothing was written. Name another file, or move it away",
			       output);
	if (file_write(output, buf_text(text), text->len, 0600, true, err) < 0)
		return -1;
	(void)fprintf(stderr, "wrote %s; look at it, then: l2tpgw up --policy %s\n", output,
		      output);
	return 0;
}

/* Nothing is known of the machine it was made for: only the policy itself is checked. */
static int check(const struct buf *text, struct err *err)
{
	cleanup_buf struct buf shown = BUF_INIT;
	struct diags diags;
	struct policy *policy =
	    policy_load("the policy", buf_text(text), text->len, NULL, NULL, &diags);
	bool valid = policy != NULL;

	diags_render(&diags, "the policy", buf_text(text), text->len, &shown);
	(void)fputs(buf_text(&shown), stderr);
	diags_free(&diags);
	policy_free(policy);
	if (valid)
		return 0;
	return err_set(err, ERR_POLICY,
		       "what was imported is not complete yet: mend the above in it, then l2tpgw "
		       "check");
}

int verb_import(const struct args *args, struct err *err)
{
	const char *root = args->operand[0] ? args->operand[0] : "";
	cleanup_arena struct arena *arena = arena_new();
	struct import import = { .arena = arena };
	cleanup_buf struct buf text = BUF_INIT;
	unsigned found = 0;

	if (read_all(&import, root, &found, err) < 0)
		return -1;
	if (!found)
		return err_set(err, ERR_FAILED,
			       "there is no L2TP/IPsec gateway below \"%s/\": none of ipsec.conf, "
			       "swanctl.conf, xl2tpd.conf and chap-secrets was found",
			       root);
	import_decide(&import);
	import_policy(&import, &text);
	print_notes(&import);
	if (write_policy(args->value[OPTION_OUTPUT], &text, err) < 0)
		return -1;
	return check(&text, err);
}
