/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_PROGRAM_RUN_H
#define L2TPGW_DRIVE_PROGRAM_RUN_H

/*
 * Runs a program of others to its end: by its absolute path, without a shell, with an environment
 * of nothing but PATH and LC_ALL=C, and with a limit to its time. Who says more than 4 MiB has
 * failed.
 */
#include "base/buf.h"
#include "base/err.h"
#include "drive/programs.h"

#define PROGRAM_RUN_WORDS_MAX 48

/*
 * `words` (NULL at the end) are its arguments. Its exit status, or -1 with *err: it could not be
 * run, was killed, or had not ended after `ms` (then it is killed). What it said on both outputs is
 * appended to *said, which may be NULL.
 */
int program_run(enum program program, const char *const *words, int ms, struct buf *said,
		struct err *err);
/* The same, with a word at least, and whatever is not success is an error with what it said. */
int program_must(enum program program, const char *const *words, int ms, struct err *err);

#endif
