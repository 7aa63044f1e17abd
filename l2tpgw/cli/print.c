/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/print.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void print_json_as(const json_t *json, size_t flags)
{
	(void)json_dumpf(json, stdout, flags);
	putchar('\n');
	(void)fflush(stdout);
}

void print_json(const json_t *json)
{
	print_json_as(json, isatty(STDOUT_FILENO) ? JSON_INDENT(2) : JSON_COMPACT);
}

void print_json_line(const json_t *json)
{
	print_json_as(json, JSON_COMPACT);
}

const char *print_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && *text ? text : "-";
}

const char *print_bytes(json_int_t bytes, char *out, size_t size)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1000 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1000;
		unit++;
	}
	(void)snprintf(out, size, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
	return out;
}

const char *print_duration(json_int_t seconds, char *out, size_t size)
{
	long long s = seconds < 0 ? 0 : (long long)seconds;

	if (s >= 86400)
		(void)snprintf(out, size, "%lldd %02lldh", s / 86400, s / 3600 % 24);
	else if (s >= 3600)
		(void)snprintf(out, size, "%lldh %02lldm", s / 3600, s / 60 % 60);
	else if (s >= 60)
		(void)snprintf(out, size, "%lldm %02llds", s / 60, s % 60);
	else
		(void)snprintf(out, size, "%llds", s);
	return out;
}

static size_t column_width(const char *title, size_t column, size_t columns,
			   const char *const *cells, size_t rows)
{
	size_t width = strlen(title);

	for (size_t row = 0; row < rows; row++) {
		const char *cell = cells[row * columns + column];
		size_t len = cell ? strlen(cell) : 1;

		width = len > width ? len : width;
	}
	return width;
}

static void print_row(const char *const *row, size_t columns, const size_t *widths)
{
	for (size_t c = 0; c < columns; c++) {
		const char *cell = row[c] ? row[c] : "-";

		if (c + 1 == columns)
			printf("%s\n", cell);
		else
			printf("%-*s  ", (int)widths[c], cell);
	}
}

void print_table(const char *const *titles, size_t columns, const char *const *cells, size_t rows)
{
	size_t widths[32] = { 0 };

	for (size_t c = 0; c < columns && c < 32; c++)
		widths[c] = column_width(titles[c], c, columns, cells, rows);
	print_row(titles, columns, widths);
	for (size_t row = 0; row < rows; row++)
		print_row(cells + row * columns, columns, widths);
	(void)fflush(stdout);
}
