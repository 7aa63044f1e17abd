/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_BACKUP_H
#define L2TPGW_CLI_BACKUP_H

/*
 * A gateway as one JSON document, secrets included: the policy, and the files that it names.
 *   {"schema": "l2tpgw.backup/1", "made": time, "version": …,
 *    "policy": text, "files": [{"path", "content"}]}
 * A document that is read was made by anybody: it is bounded and checked as a whole first.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#define BACKUP_BYTES_MAX (24u << 20)
#define BACKUP_FILES_MAX 64

struct backup_file {
	const char *path; /* absolute, without "." and ".." components */
	const char *content;
};

struct backup {
	struct arena *arena; /* of the caller; it owns all below and is wiped when it is freed */
	const char *policy;
	struct backup_file *files;
	size_t files_count;
};

/* -1: something in it is no UTF-8 text, or there are too many files. */
int backup_write(const struct backup *backup, int64_t made, struct buf *out, struct err *err);
/* Fills *backup, whose arena is set. Every path is well-formed, and there once. */
int backup_read(struct backup *backup, const char *text, size_t len, struct err *err);
/* NULL if it has no such file. */
const struct backup_file *backup_find(const struct backup *backup, const char *path);

#endif
