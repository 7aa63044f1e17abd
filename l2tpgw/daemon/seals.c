/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/seals.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "drive/sha256.h"

#define SALT_SIZE 32
#define BYTES_MAX 512

enum { SEAL_PSK, SEAL_USERS, SEALS };

static const char *const names[SEALS] = {
	[SEAL_PSK] = "the pre-shared key",
	[SEAL_USERS] = "passwords of users",
};

struct seals {
	char salt[SHA256_TEXT_MAX];
	char digest[SEALS][SHA256_TEXT_MAX];
};

static void seals_path(const struct paths *paths, char out[PATHS_MAX])
{
	(void)snprintf(out, PATHS_MAX, "%.*s/seals", PATHS_ROOT_MAX - 1, paths->run);
}

/* What is between two NULs is one secret, whatever it holds: names have none. */
static void put_users(struct buf *out, const struct policy *policy)
{
	for (size_t i = 0; i < policy->users_count; i++) {
		const struct policy_user *user = &policy->users[i];

		buf_append(out, user->name, strlen(user->name) + 1);
		if (user->password)
			buf_append(out, user->password, strlen(user->password));
		buf_putc(out, '\0');
		if (user->nt_hash)
			buf_append(out, user->nt_hash, POLICY_NT_HASH_SIZE);
	}
}

static void seal(struct seals *seals, const struct policy *policy)
{
	for (unsigned i = 0; i < SEALS; i++) {
		cleanup_buf struct buf text = BUF_INIT;

		buf_puts(&text, seals->salt);
		if (i == SEAL_PSK)
			buf_append(&text, policy->ipsec.psk, policy->ipsec.psk_len);
		else
			put_users(&text, policy);
		(void)sha256_text(buf_text(&text), text.len, seals->digest[i]);
	}
}

int seals_write(const struct paths *paths, const struct policy *policy, struct err *err)
{
	unsigned char salt[SALT_SIZE];
	char path[PATHS_MAX], text[BYTES_MAX];
	struct seals seals;
	int len;

	if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		return err_errno(err, errno, "no random bytes");
	(void)sha256_text(salt, sizeof(salt), seals.salt);
	seal(&seals, policy);
	seals_path(paths, path);
	len = snprintf(text, sizeof(text), "%s\n%s\n%s\n", seals.salt, seals.digest[SEAL_PSK],
		       seals.digest[SEAL_USERS]);
	return file_write(path, text, (size_t)len, 0600, false, err);
}

static bool seals_read(const struct paths *paths, struct seals *seals)
{
	cleanup_buf struct buf text = BUF_INIT;
	char path[PATHS_MAX];
	struct err ignored;

	_Static_assert(SHA256_TEXT_MAX == 65, "the field widths below");
	seals_path(paths, path);
	return access(path, F_OK) == 0 && file_read(path, BYTES_MAX, &text, &ignored) == 0 &&
	       sscanf(buf_text(&text), "%64[0-9a-f] %64[0-9a-f] %64[0-9a-f]", seals->salt,
		      seals->digest[SEAL_PSK], seals->digest[SEAL_USERS]) == 3;
}

bool seals_broken(const struct paths *paths, const struct policy *policy, char *out, size_t size)
{
	struct seals was, is;
	size_t len = 0;

	out[0] = '\0';
	if (!seals_read(paths, &was))
		return false;
	is = was;
	seal(&is, policy);
	for (unsigned i = 0; i < SEALS; i++) {
		if (strcmp(was.digest[i], is.digest[i]) != 0 && len < size)
			len += (size_t)snprintf(out + len, size - len, "%s%s", len ? " and " : "",
						names[i]);
	}
	return len != 0;
}
