/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/load.h"

#include <stdio.h>

int load_policy(struct policy_file *file, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (policy_file_load(file, err) == 0)
		return 0;
	if (err->code != ERR_POLICY)
		return -1;
	policy_file_render(file, &text);
	(void)fputs(buf_text(&text), stderr);
	return ERR_POLICY;
}

int load_shown(struct policy_file *file, struct err *err)
{
	cleanup_buf struct buf warnings = BUF_INIT;
	int result = load_policy(file, err);

	if (result)
		return result;
	policy_file_render(file, &warnings);
	(void)fputs(buf_text(&warnings), stderr);
	return 0;
}
