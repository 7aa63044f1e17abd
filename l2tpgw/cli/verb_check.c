/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "apply/policy_file.h"
#include "cli/print.h"
#include "cli/verb.h"

static json_t *diag_json(const struct diag *diag)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:i}", "severity",
			 diag->severity == DIAG_ERROR ? "error" : "warning", "pointer",
			 diag->pointer, "message", diag->message, "line", (int)diag->line, "column",
			 (int)diag->column);
}

static void check_json(const struct policy_file *file)
{
	json_t *list = json_array();
	json_t *result;

	for (size_t i = 0; i < file->diags.count; i++)
		json_array_append_new(list, diag_json(&file->diags.list[i]));
	result = json_pack("{s:s, s:b, s:i, s:i, s:o}", "schema", "l2tpgw.check/1", "valid",
			   file->policy != NULL, "errors", (int)file->diags.errors, "warnings",
			   (int)file->diags.warnings, "diagnostics", list);
	print_json(result);
	json_decref(result);
}

static void check_text(const struct policy_file *file, const char *path)
{
	cleanup_buf struct buf text = BUF_INIT;

	policy_file_render(file, &text);
	(void)fputs(buf_text(&text), stderr);
	if (file->policy)
		printf("%s is valid: %zu users\n", path, file->policy->users_count);
}

int verb_check(const struct args *args, struct err *err)
{
	const char *path = args->operand[0] ? args->operand[0] : args->paths->policy;
	cleanup_policy_file struct policy_file file = { .path = path };
	int result = policy_file_load(&file, err);

	if (result < 0 && err->code != ERR_POLICY)
		return -1;
	if (args->given[OPTION_JSON])
		check_json(&file);
	else
		check_text(&file, path);
	return result < 0 ? ERR_POLICY : 0;
}
