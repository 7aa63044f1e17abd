/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cli/print.h"
#include "cli/verb.h"
#include "policy/schema.h"

int verb_schema(const struct args *args, struct err *err)
{
	json_t *schema = schema_make();

	(void)args;
	(void)err;
	print_json(schema);
	json_decref(schema);
	return 0;
}
