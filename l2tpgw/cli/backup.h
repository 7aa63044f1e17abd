/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_BACKUP_H
#define L2TPGW_CLI_BACKUP_H

/*
 * A gateway as one JSON document, secrets included: the policy, and the files that it names.
 *   {"schema": "l2tpgw.backup/1", "made": time, "version": …,
 *    "policy": text, "files": [{"path", "content"}]}
 * A document that is read was made by anybody: it is bounded and checked as a whole first.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "policy/policy.h"

#define BACKUP_BYTES_MAX (64u << 20)
/* Each user may have a file, each RADIUS server one, and the pre-shared key. */
#define BACKUP_FILES_MAX (POLICY_USERS_MAX + POLICY_RADIUS_SERVERS_MAX + 1)

#define BACKUP_FILE_MAX 4096 /* of what a policy names */

struct backup_file {
	const char *path; /* absolute, without "//", "." and "..", safe to print */
	const char *content;
	bool named;   /* restoring: by the policy */
	bool written; /* restoring: it was not there before */
};

struct backup {
	struct arena *arena; /* of the caller; it owns all below and is wiped when it is freed */
	const char *policy;
	struct backup_file *files;
	size_t files_count;
};

/* -1: backup_read() would not take it, for a path, for what is no UTF-8 text, or for its size. */
int backup_write(const struct backup *backup, int64_t made, struct buf *out, struct err *err);
/* Fills *backup, whose arena is set. Every path is well-formed, and there once. */
int backup_read(struct backup *backup, const char *text, size_t len, struct err *err);
/* NULL if it has no such file. */
struct backup_file *backup_find(const struct backup *backup, const char *path);

#endif
