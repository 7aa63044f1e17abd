/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_ROSTER_H
#define L2TPGW_POLICY_ROSTER_H

/*
 * Users out of a CSV file. Its first row names the columns, which are keys of users[]: "name" and,
 * if need be, the others that are text. What a row says is judged by policy_load() like anything
 * in a policy; here its diagnoses get the lines of the CSV file. Pure.
 */
#include "policy/diag.h"
#include "policy/edit.h"

#define ROSTER_ERRORS_MAX 100 /* kept; further ones are counted only */

struct roster_user {
	unsigned line;
	const char *name;
	const char *password; /* "" = none in the file: the caller fills it in, from the arena */
	bool generated;       /* the caller did */
	struct edit_user user;
};

struct roster_error {
	unsigned line; /* 0 = of the whole */
	const char *text;
};

struct roster {
	struct arena *arena;
	struct roster_user *users;
	size_t count, room;
	size_t without_password;
	struct roster_error error[ROSTER_ERRORS_MAX];
	size_t kept;
	size_t errors; /* also those not kept */
};

/* Release with roster_free() always. Errors are in the roster, the users without one too. */
void roster_read(struct roster *roster, const char *text, size_t len);
/* For edit_add(); an array of roster->count from the arena. Passwords are filled in by now. */
const struct edit_user *roster_edits(const struct roster *roster);
/* Takes over the errors of a policy in which the users of the roster stand from index `first` on.
 */
void roster_judge(struct roster *roster, const struct diags *diags, size_t first);
/* "users.csv:7: ..." a line, sorted, and their number. */
void roster_render(struct roster *roster, const char *file, struct buf *out);
void roster_free(struct roster *roster);

#define cleanup_roster __attribute__((cleanup(roster_free)))

#endif
