/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_PRINT_H
#define L2TPGW_CLI_PRINT_H

/* Text and JSON on standard output. */
#include <jansson.h>
#include <stddef.h>

/* One object, indented on a terminal, else on one line; flushed. */
void print_json(const json_t *json);
/* The same on one line always: one of a stream of objects. */
void print_json_line(const json_t *json);
/* A string member, "-" if it is absent or null. */
const char *print_text(const json_t *object, const char *key);
/* "1.4 GB", decimal units. */
const char *print_bytes(json_int_t bytes, char *out, size_t size);
/* "3d 04h", "2h 05m", "41s". */
const char *print_duration(json_int_t seconds, char *out, size_t size);

/* Prints rows of `columns` cells (row-major, NULL = "-") under their titles, columns aligned. */
void print_table(const char *const *titles, size_t columns, const char *const *cells, size_t rows);

#endif
