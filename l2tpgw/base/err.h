/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_ERR_H
#define L2TPGW_BASE_ERR_H

/*
 * The one error type. A function that can fail takes `struct err *err` last and returns a
 * negative number (or NULL) on failure, having set code and text; on success it leaves *err alone.
 * `err` is never NULL. Context is put in front while the error travels up: "policy.json: open: …".
 * Libraries never print: only main() and the daemon's edges do.
 */
#include <stddef.h>

/* The values are the exit codes of l2tpgw (l2tpgw(8), EXIT STATUS). */
enum err_code {
	ERR_NONE = 0,
	ERR_FAILED = 1,        /* failed; nothing changed, or it was undone */
	ERR_NOT_CONVERGED = 3, /* applied, but not everything came up in time */
	ERR_NOT_CONFIRMED = 4, /* rolled back: nobody confirmed it */
	ERR_USAGE = 64,        /* the command line makes no sense */
	ERR_POLICY = 65,       /* the policy is invalid */
	ERR_UNREACHABLE = 69,  /* l2tpgwd or charon does not answer */
	ERR_INTERNAL = 70,     /* a bug of ours */
	ERR_LOCKED = 75,       /* somebody else is at it */
	ERR_PERMISSION = 77,   /* needs root, or membership of group l2tpgw */
};

struct err {
	enum err_code code;
	char text[2048];
};

/* Each sets *err and returns -1, so that `return err_set(…)` reads well. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with ": <strerror(errnum)>" behind; EPERM and EACCES become ERR_PERMISSION. */
int err_errno(struct err *err, int errnum, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "<context>: " in front of the text; the code stays. */
int err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
