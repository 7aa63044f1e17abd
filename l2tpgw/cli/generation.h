/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_GENERATION_H
#define L2TPGW_CLI_GENERATION_H

/* The number of a generation as an operand. */
#include "base/err.h"

/* From 1 on; ERR_USAGE. */
int generation_parse(const char *text, unsigned *number, struct err *err);

#endif
