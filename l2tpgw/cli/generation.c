/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/generation.h"

#include <stdlib.h>

#define GENERATION_MAX 1000000000

int generation_parse(const char *text, unsigned *number, struct err *err)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	*number = (unsigned)value;
	if (*text >= '1' && *text <= '9' && !*end && value <= GENERATION_MAX)
		return 0;
	return err_set(err, ERR_USAGE, "\"%.32s\" is no number of a generation; see l2tpgw history",
		       text);
}
