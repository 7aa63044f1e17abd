/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_TEXT_H
#define L2TPGW_SESSION_TEXT_H

/* Text of bounded length, safe to print. What does not fit is cut off. */
#include <stdbool.h>
#include <stddef.h>

/* Printable ASCII stays; any other byte, and the backslash, becomes \xNN, never a part of it. */
void text_printable(const void *data, size_t len, char *out, size_t size);
/* Appends to the NUL-terminated text in `out`. */
void text_append(char *out, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Copies; cut if too long. */
void text_copy(char *out, size_t size, const char *text);
bool text_is_printable(const char *text);

#endif
