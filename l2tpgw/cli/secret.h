/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_SECRET_H
#define L2TPGW_CLI_SECRET_H

/* Secrets made by the machine, from getrandom(2). */
#include <stddef.h>

#include "base/err.h"

#define SECRET_PASSWORD_LENGTH 16 /* 80 bits */

/*
 * `len` characters of 32 that are hard to confuse when read out or typed (no 0/O, 1/l/I), 5 bits
 * each, and a NUL.
 */
int secret_generate(char *out, size_t len, struct err *err);

#endif
