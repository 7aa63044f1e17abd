/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/csv.h"

#include <string.h>

#include "base/buf.h"

void csv_open(struct csv *csv, const char *text, size_t len)
{
	const char *end;
	size_t first;

	*csv = (struct csv){ .text = text, .len = len, .line = 1, .separator = ',' };
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		csv->at = 3;
	end = len ? memchr(text, '\n', len) : NULL;
	first = end ? (size_t)(end - text) : len;
	if (first && !memchr(text, ',', first) && memchr(text, ';', first))
		csv->separator = ';';
}

/* Bytes of the line end here: 0 if there is none. */
static size_t line_end(const struct csv *csv)
{
	const char *at = csv->text + csv->at;
	size_t left = csv->len - csv->at;

	if (left && at[0] == '\n')
		return 1;
	return left >= 2 && at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

static bool field_ends(const struct csv *csv)
{
	return csv->at == csv->len || csv->text[csv->at] == csv->separator || line_end(csv);
}

static const char *read_quoted(struct csv *csv, struct buf *out)
{
	for (csv->at++; csv->at < csv->len; csv->at++) {
		char c = csv->text[csv->at];

		if (c == '"' && csv->at + 1 < csv->len && csv->text[csv->at + 1] == '"')
			csv->at++;
		else if (c == '"')
			break;
		csv->line += c == '\n';
		buf_putc(out, c);
	}
	if (csv->at == csv->len)
		return "its double quote is never closed";
	csv->at++;
	return field_ends(csv) ? NULL : "something stands behind a closing quote";
}

static const char *read_plain(struct csv *csv, struct buf *out)
{
	for (; !field_ends(csv); csv->at++) {
		if (csv->text[csv->at] == '"')
			return "a quote stands inside a field without quotes around it; double it "
			       "and put quotes around the field";
		buf_putc(out, csv->text[csv->at]);
	}
	return NULL;
}

static const char *read_field(struct csv *csv, struct arena *arena, struct csv_row *row)
{
	cleanup_buf struct buf out = BUF_INIT;
	const char *fault;

	if (row->count == CSV_FIELDS_MAX)
		return "it has more fields than there can be columns";
	if (csv->at < csv->len && csv->text[csv->at] == '"')
		fault = read_quoted(csv, &out);
	else
		fault = read_plain(csv, &out);
	row->field[row->count++] = arena_memdup(arena, buf_text(&out), out.len);
	return fault;
}

static void skip_line(struct csv *csv)
{
	while (csv->at < csv->len && !line_end(csv))
		csv->at++;
	if (csv->at < csv->len) {
		csv->at += line_end(csv);
		csv->line++;
	}
}

bool csv_next(struct csv *csv, struct arena *arena, struct csv_row *row)
{
	while (csv->at < csv->len && line_end(csv))
		skip_line(csv);
	*row = (struct csv_row){ .line = csv->line };
	if (csv->at == csv->len)
		return false;
	for (;;) {
		row->fault = read_field(csv, arena, row);
		if (row->fault || csv->at == csv->len || csv->text[csv->at] != csv->separator)
			break;
		csv->at++;
	}
	skip_line(csv);
	return true;
}
