/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_UTF8_H
#define L2TPGW_BASE_UTF8_H

/* UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at `text` (1 to 4) and its code point; 0 if it is malformed or cut off. */
size_t utf8_decode(const char *text, size_t len, uint32_t *code);
/* Columns a terminal gives the character: 0, 1 or 2; -1 if it must not be shown as it is. */
int utf8_width(uint32_t code);
/* The largest boundary of a character that is not behind `at`. */
size_t utf8_floor(const char *text, size_t at);
/* Makes "?" of what a terminal must not be told, whoever says it, and of what is no text. */
void utf8_clean(char *text);

#endif
