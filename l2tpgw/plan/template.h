/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_PLAN_TEMPLATE_H
#define L2TPGW_PLAN_TEMPLATE_H

/*
 * The templates of templates/, compiled in, and the little language they are written in:
 *
 *   @{name}      the value, through the escaper of the file's dialect; always a whole value of that
 *                dialect, never a part of one
 *   @if name     the lines up to "@end" stand only if the value is there; no nesting.
 *   @if !name    The opposite.
 *
 * A template and the code that feeds it belong together: a name that is not in the table, a
 * placeholder without a value and a directive out of place are errors of ours (ERR_INTERNAL).
 */
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "plan/escape.h"

struct template
{
	const char *name; /* file name in templates/ */
	const char *text;
};

/* Made by scripts/embed-templates.cmake; ends with a NULL name. */
extern const struct template templates[];

struct template_var {
	const char *name;
	const char *value; /* NULL: not there */
	bool verbatim;     /* text made by us in the file's own syntax, not to be escaped */
};

/*
 * Appends the template of that name to `out`. `vars` ends with a NULL name. ERR_POLICY if a value
 * cannot be written in the dialect.
 */
int template_render(const char *name, escape_fn *escape, const struct template_var *vars,
		    struct buf *out, struct err *err);
/* The same for a text that is not in the table; `name` is for messages only. */
int template_expand(const char *name, const char *text, escape_fn *escape,
		    const struct template_var *vars, struct buf *out, struct err *err);

#endif
