/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/files.h"

const struct plan_file *files_add(struct plan *plan, const char *path, const struct buf *text)
{
	struct plan_file *file =
	    arena_push(plan->arena, (void **)&plan->files, &plan->files_count, sizeof(*file));

	file->path = path;
	file->data = arena_memdup(plan->arena, buf_text(text), text->len);
	file->len = text->len;
	file->mode = 0644;
	return file;
}

const struct plan_file *files_render(struct plan *plan, const char *path, const char *template,
				     escape_fn *escape, const struct template_var *vars,
				     struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (template_render(template, escape, vars, &text, err) < 0)
		return NULL;
	return files_add(plan, path, &text);
}
