/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/password.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hex.h"
#include "cli/prompt.h"
#include "cli/secret.h"
#include "policy/names.h"
#include "session/mschap.h"

static int check(const struct password *password, struct err *err)
{
	cleanup_buf struct buf bytes = BUF_INIT;
	size_t at;
	const char *why = names_password(password->text, &bytes, &at);

	if (!*password->text)
		return err_set(err, ERR_USAGE, "the password is empty; nothing was changed");
	if (why)
		return err_set(err, ERR_USAGE, "character %zu of the password %s", at, why);
	return 0;
}

static int generate(const struct args *args, struct password *password, struct err *err)
{
	if (!args->given[OPTION_SHOW] && (args->given[OPTION_JSON] || !isatty(STDOUT_FILENO)))
		return err_set(err, ERR_USAGE,
			       "a generated password is shown on a terminal only; say --show to "
			       "have it in the output all the same, or use --password-file");
	password->generated = true;
	return secret_generate(password->text, SECRET_PASSWORD_LENGTH, err);
}

static int ask(struct password *password, struct err *err)
{
	struct password again = { .generated = false };
	int result = prompt_secret("New password: ", password->text, PASSWORD_MAX, err);

	if (result == 0)
		result = check(password, err);
	if (result == 0)
		result = prompt_secret("Once more: ", again.text, PASSWORD_MAX, err);
	if (result == 0 && strcmp(password->text, again.text) != 0)
		result = err_set(err, ERR_USAGE,
				 "these are two different passwords; nothing was changed");
	password_wipe(&again);
	return result;
}

static int read_file(const char *path, struct password *password, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	size_t len;

	if (file_read(strcmp(path, "-") ? path : "/dev/stdin", PASSWORD_MAX - 1, &text, err) < 0)
		return -1;
	len = text.len;
	if (len && text.data[len - 1] == '\n')
		len--;
	if (len && text.data[len - 1] == '\r')
		len--;
	if (len && memchr(text.data, '\0', len))
		return err_set(err, ERR_USAGE, "%s holds a NUL byte", path);
	if (len)
		memcpy(password->text, text.data, len);
	password->text[len] = '\0';
	return check(password, err);
}

static int get(const struct args *args, bool generated, struct password *password, struct err *err)
{
	const char *path = args->value[OPTION_PASSWORD_FILE];

	if (args->given[OPTION_GENERATE] + args->given[OPTION_ASK] + !!path > 1)
		return err_set(err, ERR_USAGE,
			       "--generate, --ask and --password-file exclude each other");
	if (path)
		return read_file(path, password, err);
	if (args->given[OPTION_GENERATE] || (generated && !args->given[OPTION_ASK]))
		return generate(args, password, err);
	return ask(password, err);
}

/* It was checked: MS-CHAPv2 can carry it. */
static void make_hash(struct password *password)
{
	cleanup_buf struct buf bytes = BUF_INIT;
	uint8_t hash[MSCHAP_HASH_SIZE];
	size_t at;

	(void)names_password(password->text, &bytes, &at);
	mschap_hash(buf_text(&bytes), hash);
	hex_encode(hash, sizeof(hash), password->hash);
	explicit_bzero(hash, sizeof(hash));
	password->hashed = true;
}

int password_get(const struct args *args, bool generated, struct password *password,
		 struct err *err)
{
	int result;

	memset(password, 0, sizeof(*password));
	result = get(args, generated, password, err);
	if (result == 0 && args->given[OPTION_HASH])
		make_hash(password);
	return result;
}

void password_wipe(struct password *password)
{
	explicit_bzero(password, sizeof(*password));
}
