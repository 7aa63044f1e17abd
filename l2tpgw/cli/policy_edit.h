/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_POLICY_EDIT_H
#define L2TPGW_CLI_POLICY_EDIT_H

/*
 * A change of the installed policy by a verb: read it, hold the lock, make another text of it, put
 * that in its place. A gateway that runs applies it and installs it itself, or leaves both as they
 * were; without one the file is replaced.
 */
#include <jansson.h>

#include "apply/policy_file.h"
#include "drive/paths.h"
#include "drive/sha256.h"

struct policy_edit {
	const struct paths *paths;
	int lock;
	struct policy_file file; /* as it stands */
	char base[SHA256_TEXT_MAX];
	struct policy_file after;
	json_t *applied; /* l2tpgw.apply/1; NULL = the gateway does not run, or nothing changed */
	bool changed;
};

#define POLICY_EDIT_INIT         \
	{                        \
		NULL, .lock = -1 \
	}

/*
 * Locks and loads it. 0; -1 with *err; or ERR_POLICY when all diagnoses went to standard error.
 * `what` names the edit for people: "user add alice". Release with policy_edit_end() always.
 */
int policy_edit_begin(struct policy_edit *edit, const struct paths *paths, const char *what,
		      struct err *err);
/*
 * Checks the text that was put into edit->after.text: 0; -1 with *err (ERR_POLICY: the diagnoses
 * are in edit->after.diags).
 */
int policy_edit_check(struct policy_edit *edit, struct err *err);
/* What to return when that failed: ERR_POLICY with the diagnoses on standard error, else -1. */
int policy_edit_invalid(const struct policy_edit *edit, const struct err *err);
/*
 * Puts the checked text in place. Sessions of `user` (NULL = nobody's) may end by that. A text
 * that is the same changes nothing.
 */
int policy_edit_commit(struct policy_edit *edit, const char *what, const char *user,
		       struct err *err);
/* One line for people: what became of it. */
void policy_edit_print(const struct policy_edit *edit);
void policy_edit_end(struct policy_edit *edit);

#define cleanup_policy_edit __attribute__((cleanup(policy_edit_end)))

#endif
