/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_HEX_H
#define L2TPGW_BASE_HEX_H

/* Bytes as hexadecimal digits. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exactly 2 * len digits of either case and nothing else; else false, and `out` is undefined. */
bool hex_decode(const char *text, uint8_t *out, size_t len);
/* 2 * len small digits and a NUL. */
void hex_encode(const uint8_t *data, size_t len, char *out);

#endif
