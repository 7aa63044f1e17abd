/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <sys/utsname.h>

#include "cli/print.h"
#include "cli/verb.h"

int verb_version(const struct args *args, struct err *err)
{
	struct utsname kernel;
	json_t *result;

	(void)err;
	if (uname(&kernel) < 0)
		kernel.release[0] = '\0';
	if (!args->given[OPTION_JSON]) {
		printf("l2tpgw %s, kernel %s\n", L2TPGW_VERSION, kernel.release);
		return 0;
	}
	result = json_pack("{s:s, s:s, s:s}", "schema", "l2tpgw.version/1", "version",
			   L2TPGW_VERSION, "kernel", kernel.release);
	print_json(result);
	json_decref(result);
	return 0;
}
