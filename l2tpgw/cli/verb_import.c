/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cli/import.h"
#include "cli/verb.h"
#include "policy/policy.h"

#define OLD_FILE_MAX (4u << 20)

struct old_file {
	const char *path; /* below the root */
	void (*read)(struct import *import, const char *file, const char *text);
};

static const struct old_file old_files[] = {
	{ "/etc/ipsec.conf", import_ipsec_conf },
	{ "/etc/ipsec.secrets", import_ipsec_secrets },
	{ "/etc/swanctl/swanctl.conf", import_swanctl },
	{ "/etc/swanctl/conf.d/l2tp.conf", import_swanctl },
	{ "/etc/xl2tpd/xl2tpd.conf", import_xl2tpd },
	{ "/etc/ppp/chap-secrets", import_chap_secrets },
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
static int read_options(struct import *import, const char *root, const char *xl2tpd_conf,
			struct err *err)
{
	const char *path = xl2tpd_conf ? import_options_file(import, xl2tpd_conf) : NULL;
	const char *text;
	int result;

	if (!path || *path != '/')
		path = "/etc/ppp/options.xl2tpd";
	result = read_old(import, root, path, &text, err);
	if (result == 0)
		import_ppp_options(import, path, text);
	return result < 0 ? -1 : 0;
}

static int read_all(struct import *import, const char *root, unsigned *found, struct err *err)
{
	const char *xl2tpd_conf = NULL;

	for (size_t i = 0; i < array_size(old_files); i++) {
		const struct old_file *old = &old_files[i];
		const char *text;
		int result = read_old(import, root, old->path, &text, err);

		if (result < 0)
			return -1;
		if (result)
			continue;
		(*found)++;
		old->read(import, old->path, text);
		if (old->read == import_xl2tpd)
			xl2tpd_conf = text;
	}
	return read_options(import, root, xl2tpd_conf, err);
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
	if (!import.conns)
		import_note(&import, "no IPsec connection for L2TP was found");
	import_policy(&import, &text);
	print_notes(&import);
	if (write_policy(args->value[OPTION_OUTPUT], &text, err) < 0)
		return -1;
	return check(&text, err);
}
