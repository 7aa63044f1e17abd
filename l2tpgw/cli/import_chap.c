/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chap-secrets (pppd(8)): client, server, secret, addresses. */
#include <string.h>

#include "base/ip4.h"
#include "cli/import.h"
#include "cli/import_words.h"

struct import_login {
	const char *where; /* file and line */
	char **words;      /* three at least */
	size_t count;
};

void import_chap_secrets(struct import *import, const char *file, const char *text)
{
	struct import_line line = { .number = 0 };

	while (import_line(import->arena, &text, &import_pppd_syntax, &line)) {
		char *words[IMPORT_WORDS_MAX];
		size_t count = import_words(line.text, words);
		struct import_login *login;

		if (!count)
			continue;
		if (count < 3 || *words[2] == '@' || !strcmp(words[0], "*") || !*words[2]) {
			import_note(import, "%s:%u: left out: it names no user with a secret", file,
				    line.number);
			continue;
		}
		login = arena_push(import->arena, (void **)&import->logins, &import->logins_count,
				   sizeof(*login));
		login->where = arena_printf(import->arena, "%s:%u", file, line.number);
		login->words = arena_memdup(import->arena, words, count * sizeof(*words));
		login->count = count;
	}
}

static bool is_any(const char *server)
{
	return !strcmp(server, "*");
}

/* pppd reads its options file last: a name there is the one that counts. */
static bool is_ours(const struct import *import, const char *server)
{
	if (is_any(server))
		return true;
	if (import->options_name)
		return !strcmp(server, import->options_name);
	for (size_t i = 0; i < import->servers_count; i++) {
		if (!strcmp(server, import->servers[i]))
			return true;
	}
	return false;
}

/*
 * Without a name pppd takes that of the machine, which is not known here. If all lines are for one
 * server, it must be that one; of several, one may be PPTP's, or a provider's with our own password
 * there: nobody is let in on a guess.
 */
static void guess_server(struct import *import)
{
	const char *only = NULL;

	for (size_t i = 0; i < import->logins_count; i++) {
		const char *server = import->logins[i].words[1];

		if (is_any(server) || (only && !strcmp(only, server)))
			continue;
		if (only) {
			import_note(import,
				    "xl2tpd.conf gives no name, and chap-secrets is for "
				    "several servers: only lines for \"*\" are carried over");
			return;
		}
		only = server;
	}
	if (!only)
		return;
	import->options_name = only;
	import_note(import,
		    "xl2tpd.conf gives no name: the users of %.64s are taken for its own, as "
		    "chap-secrets has no other server",
		    only);
}

static struct import_user *find_user(const struct import *import, const char *name)
{
	for (size_t i = 0; i < import->users_count; i++) {
		if (!strcmp(import->users[i].name, name))
			return &import->users[i];
	}
	return NULL;
}

static void take_addresses(struct import *import, const struct import_login *login,
			   struct import_user *user)
{
	char **words = login->words + 3;
	size_t count = login->count - 3;

	user->disabled = !count || !strcmp(*words, "-");
	if (user->disabled) {
		import_note(import, "%s: %.64s may use no address there, so is disabled here",
			    login->where, user->name);
		return;
	}
	if (is_any(*words))
		return;
	if (!ip4_parse(*words, &user->address))
		import_note(import, "%s: the addresses of %.64s are left out", login->where,
			    user->name);
	else if (count > 1)
		import_note(import, "%s: only the first of the addresses of %.64s is carried over",
			    login->where, user->name);
}

/* Of several lines of a user pppd takes the first that names the server, else the first. */
static void take_user(struct import *import, const struct import_login *login)
{
	char **words = login->words;
	struct import_user *user = find_user(import, words[0]);
	bool counts = !user || (user->any_server && !is_any(words[1]));

	if (user)
		import_note(import, "%s: user %.64s is there already; the %s one counts",
			    login->where, words[0], counts ? "second" : "first");
	if (!counts)
		return;
	if (!user)
		user = arena_push(import->arena, (void **)&import->users, &import->users_count,
				  sizeof(*user));
	*user = (struct import_user){ .name = words[0],
				      .password = words[2],
				      .any_server = is_any(words[1]) };
	take_addresses(import, login, user);
}

void import_chap_decide(struct import *import)
{
	if (!import->options_name && !import->servers_count)
		guess_server(import);
	for (size_t i = 0; i < import->logins_count; i++) {
		const struct import_login *login = &import->logins[i];

		if (!is_ours(import, login->words[1])) {
			import_note(import, "%s: left out: it is for server %.64s", login->where,
				    login->words[1]);
		} else if (import->users_count == IMPORT_USERS_MAX) {
			import_note(import, "%s: left out, with what follows: there are %u users",
				    login->where, IMPORT_USERS_MAX);
			return;
		} else {
			take_user(import, login);
		}
	}
}
