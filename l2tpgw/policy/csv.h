/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_CSV_H
#define L2TPGW_POLICY_CSV_H

/*
 * Comma-separated values (RFC 4180) with the lines they stand on: fields in double quotes may hold
 * separators, line ends and doubled quotes. Line ends are LF or CRLF; a byte order mark is skipped;
 * the separator is a semicolon if the first line has one and no comma. Libraries for it neither say
 * where a fault is nor wipe what they read.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

#define CSV_FIELDS_MAX 32

struct csv {
	const char *text;
	size_t len, at;
	unsigned line;
	char separator;
};

struct csv_row {
	unsigned line; /* it begins on, from 1 */
	const char *field[CSV_FIELDS_MAX];
	size_t count;
	const char *fault; /* what is wrong with it; NULL = nothing */
};

/* The text holds no NUL. */
void csv_open(struct csv *csv, const char *text, size_t len);
/* The next row that is not empty, its fields in the arena; false at the end. Goes on with the next
 * line after one with a fault. */
bool csv_next(struct csv *csv, struct arena *arena, struct csv_row *row);

#endif
