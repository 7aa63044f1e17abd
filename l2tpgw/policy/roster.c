/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/roster.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "policy/csv.h"
#include "policy/policy.h"
#include "policy/suggest.h"

#define NAME_MAX_SHOWN 40

/* Columns, in the order in which they are written into a policy. */
static const char *const columns[] = {
	"name", "password", "group", "address", "expires", "comment"
};
enum { COLUMN_NAME, COLUMN_PASSWORD, COLUMNS = 6 };

struct header {
	size_t place[COLUMNS]; /* which field it is, from 1; 0 = not there */
	size_t count;          /* of fields */
};

__attribute__((format(printf, 3, 4))) static void fault(struct roster *roster, unsigned line,
							const char *fmt, ...)
{
	char text[512];
	va_list ap;

	roster->errors++;
	if (roster->kept == ROSTER_ERRORS_MAX)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	roster->error[roster->kept++] =
	    (struct roster_error){ line, arena_strdup(roster->arena, text) };
}

static bool is_utf8(const char *text)
{
	uint32_t code;

	for (size_t step, left = strlen(text); left; text += step, left -= step) {
		step = utf8_decode(text, left, &code);
		if (!step)
			return false;
	}
	return true;
}

static bool check_encoding(struct roster *roster, const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++) {
		if (is_utf8(row->field[i]))
			continue;
		fault(roster, row->line, "field %zu is not UTF-8; save the file as UTF-8", i + 1);
		return false;
	}
	return true;
}

static size_t column_of(const char *name)
{
	size_t column = 0;

	while (column < COLUMNS && strcmp(columns[column], name) != 0)
		column++;
	return column;
}

static void unknown_column(struct roster *roster, unsigned line, const char *name)
{
	struct suggest suggest;

	suggest_begin(&suggest, name);
	for (size_t i = 0; i < COLUMNS; i++)
		suggest_offer(&suggest, columns[i]);
	fault(roster, line,
	      "unknown column \"%.*s\"%s%s%s; there are name, password, group, "
	      "address, expires and comment",
	      (int)utf8_floor(name, strlen(name) < NAME_MAX_SHOWN ? strlen(name) : NAME_MAX_SHOWN),
	      name, suggest.best ? "; did you mean \"" : "", suggest.best ? suggest.best : "",
	      suggest.best ? "\"?" : "");
}

static void read_header(struct roster *roster, const struct csv_row *row, struct header *header)
{
	*header = (struct header){ .count = row->count };
	for (size_t i = 0; i < row->count; i++) {
		size_t column = column_of(row->field[i]);

		if (column == COLUMNS)
			unknown_column(roster, row->line, row->field[i]);
		else if (header->place[column])
			fault(roster, row->line, "column \"%s\" stands twice", columns[column]);
		else
			header->place[column] = i + 1;
	}
	if (!header->place[COLUMN_NAME])
		fault(roster, row->line,
		      "the first line must name the columns, and \"name\" among them");
}

static struct roster_user *new_user(struct roster *roster, unsigned line)
{
	if (roster->count == roster->room) {
		size_t room = roster->room ? roster->room * 2 : 64;
		struct roster_user *users = arena_alloc(roster->arena, room * sizeof(*users));

		if (roster->count)
			memcpy(users, roster->users, roster->count * sizeof(*users));
		roster->users = users;
		roster->room = room;
	}
	roster->users[roster->count].line = line;
	return &roster->users[roster->count++];
}

static const char *value_of(const struct header *header, const struct csv_row *row, size_t column)
{
	return header->place[column] ? row->field[header->place[column] - 1] : "";
}

static void read_user(struct roster *roster, const struct header *header, const struct csv_row *row)
{
	struct roster_user *user = new_user(roster, row->line);

	user->name = value_of(header, row, COLUMN_NAME);
	user->password = value_of(header, row, COLUMN_PASSWORD);
	roster->without_password += !*user->password;
	user->user.member[COLUMN_NAME] = (struct edit_member){ .key = "name", .text = user->name };
	user->user.count = COLUMN_PASSWORD + 1; /* the password is put in by roster_edits() */
	for (size_t column = COLUMN_PASSWORD + 1; column < COLUMNS; column++) {
		const char *value = value_of(header, row, column);

		if (*value)
			user->user.member[user->user.count++] =
			    (struct edit_member){ .key = columns[column], .text = value };
	}
}

static void read_row(struct roster *roster, const struct header *header, const struct csv_row *row)
{
	if (row->fault)
		fault(roster, row->line, "%s", row->fault);
	else if (row->count != header->count)
		fault(roster, row->line, "it has %zu fields, the first line has %zu", row->count,
		      header->count);
	else if (check_encoding(roster, row) && roster->count < POLICY_USERS_MAX)
		read_user(roster, header, row);
}

/* What no line by line reading could make sense of. */
static bool check_bytes(struct roster *roster, const char *text, size_t len)
{
	const char *nul = len ? memchr(text, '\0', len) : NULL;
	unsigned line = 1;

	if (len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) {
		fault(roster, 1, "the file is UTF-16; save it as UTF-8");
		return false;
	}
	for (const char *c = text; nul && c < nul; c++)
		line += *c == '\n';
	if (nul)
		fault(roster, line, "the file holds a NUL byte: it is no text");
	return !nul;
}

static void read_rows(struct roster *roster, struct csv *csv, const struct header *header)
{
	struct csv_row row;
	size_t rows = 0;

	while (csv_next(csv, roster->arena, &row)) {
		read_row(roster, header, &row);
		rows++;
	}
	if (!rows)
		fault(roster, 0, "there are no users in it");
	if (rows > POLICY_USERS_MAX)
		fault(roster, 0, "there are %zu users in it; a policy holds at most %d", rows,
		      POLICY_USERS_MAX);
}

void roster_read(struct roster *roster, const char *text, size_t len)
{
	struct header header = { .count = 0 };
	struct csv_row row;
	struct csv csv;

	*roster = (struct roster){ .arena = arena_new() };
	if (!check_bytes(roster, text, len))
		return;
	csv_open(&csv, text, len);
	if (!csv_next(&csv, roster->arena, &row)) {
		fault(roster, 0, "the file is empty");
		return;
	}
	if (row.fault)
		fault(roster, row.line, "%s", row.fault);
	else if (check_encoding(roster, &row))
		read_header(roster, &row, &header);
	if (!roster->errors)
		read_rows(roster, &csv, &header);
}

const struct edit_user *roster_edits(const struct roster *roster)
{
	struct edit_user *users = arena_alloc(roster->arena, (roster->count + 1) * sizeof(*users));

	for (size_t i = 0; i < roster->count; i++) {
		users[i] = roster->users[i].user;
		users[i].member[COLUMN_PASSWORD] =
		    (struct edit_member){ .key = "password", .text = roster->users[i].password };
	}
	return users;
}

/* The index behind "users[" or "/users/", if it is one of the roster's. */
static const struct roster_user *user_of(const struct roster *roster, const char *digits,
					 size_t first)
{
	unsigned long index = strtoul(digits, NULL, 10);

	if (*digits < '0' || *digits > '9' || index < first || index - first >= roster->count)
		return NULL;
	return &roster->users[index - first];
}

/* In a message about `own`, users of the roster are called by their lines. */
static void put_message(const struct roster *roster, const struct roster_user *own,
			const char *message, size_t first, struct buf *out)
{
	static const char users[] = "users[";

	while (*message) {
		const char *digits = message + sizeof(users) - 1;
		bool is_user = strncmp(message, users, sizeof(users) - 1) == 0;
		const struct roster_user *user = is_user ? user_of(roster, digits, first) : NULL;

		if (!user) {
			buf_putc(out, *message++);
			continue;
		}
		message = digits + strcspn(digits, "]");
		message += *message == ']';
		if (user != own)
			buf_printf(out, "the user of line %u", user->line);
		else if (*message == '.')
			message++;
		else
			buf_puts(out, "the user");
	}
}

void roster_judge(struct roster *roster, const struct diags *diags, size_t first)
{
	static const char users[] = "/users/";
	size_t before = diags->errors;

	for (size_t i = 0; i < diags->count; i++) {
		const struct diag *diag = &diags->list[i];
		const char *pointer = diag->pointer;
		cleanup_buf struct buf text = BUF_INIT;
		const struct roster_user *user = NULL;

		if (diag->severity != DIAG_ERROR)
			continue;
		if (strncmp(pointer, users, sizeof(users) - 1) == 0)
			user = user_of(roster, pointer + sizeof(users) - 1, first);
		put_message(roster, user, diag->message, first, &text);
		fault(roster, user ? user->line : 0, "%s", buf_text(&text));
		before--;
	}
	roster->errors += before; /* those that are not in the list */
}

static int by_line(const void *a, const void *b)
{
	const struct roster_error *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

void roster_render(struct roster *roster, const char *file, struct buf *out)
{
	qsort(roster->error, roster->kept, sizeof(roster->error[0]), by_line);
	for (size_t i = 0; i < roster->kept; i++) {
		const struct roster_error *error = &roster->error[i];

		if (error->line)
			buf_printf(out, "%s:%u: error: %s\n", file, error->line, error->text);
		else
			buf_printf(out, "%s: error: %s\n", file, error->text);
	}
	if (roster->errors > roster->kept)
		buf_printf(out, "%zu more errors are not shown\n", roster->errors - roster->kept);
	buf_printf(out, "%zu error%s; nothing was changed\n", roster->errors,
		   roster->errors == 1 ? "" : "s");
}

void roster_free(struct roster *roster)
{
	arena_free(roster->arena);
	roster->arena = NULL;
}
