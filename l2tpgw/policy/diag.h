/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_DIAG_H
#define L2TPGW_POLICY_DIAG_H

/*
 * Diagnoses about a policy: what is wrong, where, and what would be right.
 * Rendered as compilers do: file:line:column, the line, a caret under the value.
 * Secrets are in no message, and render.c hides them in the lines it shows.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/mem.h"

#define DIAGS_MAX 100 /* kept; further ones are counted only */
/* Of each severity while checking: more than is kept, so that the first ones by position are among
 * them, but bounded for bad input. */
#define DIAGS_RAW_MAX 2048

enum diag_severity { DIAG_ERROR, DIAG_WARNING };

struct diag {
	enum diag_severity severity;
	const char *pointer; /* JSON pointer (RFC 6901) of the value; "" = whole document */
	const char *message;
	bool on_key;           /* the range is that of the key, not of its value */
	bool located;          /* start and end are known */
	size_t start, end;     /* byte range in the text */
	unsigned line, column; /* from 1; columns count characters, not bytes */
};

struct diags {
	struct arena *arena;
	const char *file;  /* as policy_load() was told */
	struct diag *list; /* sorted by position once policy_load() returns */
	size_t count;
	size_t errors; /* including those not kept */
	size_t warnings;
	size_t unchecked; /* from this byte on the text is not known to be JSON */
};

/* The value need not exist: then the nearest one around it is shown. */
void diags_add(struct diags *diags, enum diag_severity severity, bool on_key, const char *pointer,
	       const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* An error at a place; its pointer is "" unless it is set in the diagnosis returned (may be NULL).
 */
struct diag *diags_add_at(struct diags *diags, size_t start, size_t end, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Whether nothing at, below or around that pointer is in error. */
bool diags_clean(const struct diags *diags, const char *pointer);
/* A pointer as people write it: "users[3].address"; "the policy" for the root. From the arena. */
const char *diags_path(struct arena *arena, const char *pointer);

/* Human text: each diagnosis with its line and caret, then "2 errors; nothing was changed". */
void diags_render(const struct diags *diags, const char *file, const char *text, size_t len,
		  struct buf *out);
void diags_free(struct diags *diags);

#endif
