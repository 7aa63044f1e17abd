/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_POLICY_FILE_H
#define L2TPGW_APPLY_POLICY_FILE_H

/* The policy as it stands on disk, checked against this machine. */
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/host.h"
#include "policy/policy.h"

struct policy_file {
	const char *path; /* "-" = standard input */
	bool strict;      /* the file must belong to root and be readable by nobody else */
	/* Whence the files that it names come; NULL = from this machine. */
	const struct policy_io *files;
	struct buf text;  /* what was read */
	struct host host; /* facts it was checked against */
	struct diags diags;
	struct policy *policy; /* NULL if it is invalid */
};

/*
 * Reads and checks. -1: it could not be read (*err), or it is invalid (ERR_POLICY; the diagnoses
 * are in file->diags and, rendered, in *err as far as they fit). Release with policy_file_free()
 * always.
 */
int policy_file_load(struct policy_file *file, struct err *err);
/* The same for a text that is in file->text already; `path` then only names it. */
int policy_file_check(struct policy_file *file, struct err *err);
/*
 * Replaces a policy on disk atomically and durably; it then is root's and 0600. A symbolic link of
 * root's stays, what it leads to is replaced.
 */
int policy_file_write(const char *path, const struct buf *text, struct err *err);
/* The diagnoses as text for people; "" if there are none. */
void policy_file_render(const struct policy_file *file, struct buf *out);
/* Takes the policy out. */
struct policy *policy_file_take(struct policy_file *file);
void policy_file_free(struct policy_file *file);

#define cleanup_policy_file __attribute__((cleanup(policy_file_free)))

#endif
