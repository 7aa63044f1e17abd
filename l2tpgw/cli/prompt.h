/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_PROMPT_H
#define L2TPGW_CLI_PROMPT_H

/* Questions to whoever sits at the terminal, whatever standard input is. */
#include <stddef.h>

#include "base/err.h"

/*
 * Asks on the controlling terminal and reads a line that is not shown. A signal meanwhile (^C)
 * first puts the terminal back. ERR_USAGE without a terminal, or if the line does not fit.
 */
int prompt_secret(const char *question, char *out, size_t max, struct err *err);

#endif
