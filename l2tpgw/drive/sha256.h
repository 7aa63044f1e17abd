/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_SHA256_H
#define L2TPGW_DRIVE_SHA256_H

/* SHA-256 (FIPS 180-4) by libnettle: whether a file is still the one that somebody has read. */
#include <stddef.h>

#define SHA256_TEXT_MAX 65 /* lower-case hexadecimal, and a NUL */

const char *sha256_text(const void *data, size_t len, char out[SHA256_TEXT_MAX]);

#endif
