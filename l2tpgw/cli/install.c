/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/install.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/secret.h"
#include "drive/lock_file.h"
#include "policy/policy.h"
#include "policy/template.h"

#define PSK_LENGTH   32 /* 160 bits */
#define FIRST_USER   "alice"
#define LOCK_WAIT_MS 5000

static int install_write(struct install *install, const struct buf *text, struct err *err)
{
	const struct paths *paths = install->paths;

	if (file_write(paths->policy, buf_text(text), text->len, 0600, true, err) < 0)
		return -1;
	install->changed = true;
	buf_append(&install->after, buf_text(text), text->len);
	return 0;
}

int install_lock(struct install *install, const char *what, struct err *err)
{
	const struct paths *paths = install->paths;

	if (install->lock >= 0)
		return 0;
	if (file_mkdirs(paths->etc, 0755, err) < 0)
		return -1;
	install->lock = lock_file_take(paths->policy_lock, what, LOCK_WAIT_MS, err);
	return install->lock < 0 ? -1 : 0;
}

static bool same_bytes(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

int install_text(struct install *install, const struct buf *text, const char *what, struct err *err)
{
	char path[PATHS_MAX + 16];

	if (install_lock(install, what, err) < 0)
		return -1;
	install->existed = access(install->paths->policy, F_OK) == 0;
	if (!install->existed)
		return install_write(install, text, err);
	if (file_read(install->paths->policy, POLICY_BYTES_MAX, &install->before, err) < 0)
		return -1;
	if (same_bytes(&install->before, text))
		return 0;
	(void)snprintf(path, sizeof(path), "%s.before", install->paths->policy);
	if (file_write(path, buf_text(&install->before), install->before.len, 0600, true, err) < 0)
		return -1;
	return install_write(install, text, err);
}

int install_generated(struct install *install, struct err *err)
{
	char psk[PSK_LENGTH + 1], password[SECRET_PASSWORD_LENGTH + 1];
	cleanup_buf struct buf text = BUF_INIT;

	if (install_lock(install, "up", err) < 0 || secret_generate(psk, PSK_LENGTH, err) < 0 ||
	    secret_generate(password, SECRET_PASSWORD_LENGTH, err) < 0)
		return -1;
	policy_template(&text, NULL, psk, FIRST_USER, password);
	explicit_bzero(psk, sizeof(psk));
	explicit_bzero(password, sizeof(password));
	if (install_write(install, &text, err) < 0)
		return -1;
	install->generated = true;
	(void)fprintf(stderr, "wrote %s with a generated key and user \"%s\"\n",
		      install->paths->policy, FIRST_USER);
	return 0;
}

/* Whoever edits by hand takes no lock. */
static bool is_as_written(const struct install *install)
{
	cleanup_buf struct buf now = BUF_INIT;
	struct err ignored;

	return file_read(install->paths->policy, POLICY_BYTES_MAX, &now, &ignored) == 0 &&
	       same_bytes(&now, &install->after);
}

void install_undo(struct install *install, struct err *err)
{
	const char *path = install->paths->policy;
	struct err undo = { .code = ERR_NONE };

	if (!install->changed || install->generated)
		return;
	if (!is_as_written(install)) {
		(void)err_wrap(err, "%s was edited meanwhile and is left as it is", path);
		return;
	}
	if (install->existed ? file_write(path, buf_text(&install->before), install->before.len,
					  0600, true, &undo) < 0
			     : file_remove(path, &undo) < 0)
		(void)err_wrap(err, "%s could not be put back (%s)", path, undo.text);
}

void install_free(struct install *install)
{
	buf_free(&install->before);
	buf_free(&install->after);
	if (install->lock >= 0)
		(void)close(install->lock);
	install->lock = -1;
}
