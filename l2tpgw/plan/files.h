/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_PLAN_FILES_H
#define L2TPGW_PLAN_FILES_H

/* The files of a plan. None of them holds a secret. */
#include "plan/plan.h"
#include "plan/template.h"

/* Adds a file with that text; path as below. */
const struct plan_file *files_add(struct plan *plan, const char *path, const struct buf *text);
/*
 * Renders a template and adds it to the plan's files; NULL on failure. The path is kept, the
 * result is valid until the next file is added.
 */
const struct plan_file *files_render(struct plan *plan, const char *path, const char *template,
				     escape_fn *escape, const struct template_var *vars,
				     struct err *err);

#endif
