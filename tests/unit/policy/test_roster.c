/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/csv.h"
#include "policy/policy.h"
#include "policy/roster.h"

#define POLICY                                                                             \
	"{\"version\": 1, \"ipsec\": {\"psk\": \"Zq8vK2mX4wR7tY1uB5nC9dF3\"}, \"users\": " \
	"[{\"name\": \"alice\", \"password\": \"x\"}]}"

/* Rows as "line: field|field" or "line! fault". */
static void reads(const char *text, const char *expected)
{
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf out = BUF_INIT;
	struct csv_row row;
	struct csv csv;

	csv_open(&csv, text, strlen(text));
	while (csv_next(&csv, arena, &row)) {
		buf_printf(&out, "%u%s", row.line, row.fault ? "!" : ":");
		for (size_t i = 0; !row.fault && i < row.count; i++)
			buf_printf(&out, "%s%s", i ? "|" : "", row.field[i]);
		buf_putc(&out, '\n');
	}
	assert_string_equal(buf_text(&out), expected);
}

static void rows_are_read_with_their_lines(void **state)
{
	(void)state;
	reads("", "");
	reads("\xef\xbb\xbf", "");
	reads("\n\r\n", "");
	reads("a,b\nc,d\n", "1:a|b\n2:c|d\n");
	reads("\xef\xbb\xbf"
	      "a,b\r\n\r\nc,d",
	      "1:a|b\n3:c|d\n");
	reads("a;b\nc,d;e\n", "1:a|b\n2:c,d|e\n");
	reads(",\n,,\n", "1:|\n2:||\n");
	reads("\"a,\"\"b\",\"c\nd\"\r\ne,f\n", "1:a,\"b|c\nd\n3:e|f\n");
	reads("a, b ,\"\"\n", "1:a| b |\n");
	reads("a\"b,c\nd\n", "1!\n2:d\n");
	reads("\"a\"b,c\nd\n", "1!\n2:d\n");
	reads("a\n\"b\nc,d\n", "1:a\n2!\n");
	reads("a,b\rc\n", "1:a|b\rc\n");
}

/* What the file says, judged by the policy: all errors with their lines. */
static void judged(const char *text, const char *expected)
{
	cleanup_roster struct roster roster;
	cleanup_buf struct buf after = BUF_INIT, out = BUF_INIT;
	struct diags diags;
	struct err err;

	roster_read(&roster, text, strlen(text));
	for (size_t i = 0; i < roster.count; i++)
		if (!*roster.users[i].password)
			roster.users[i].password = "generated";
	if (roster.count) {
		assert_int_equal(edit_add(POLICY, strlen(POLICY), roster_edits(&roster),
					  roster.count, &after, &err),
				 0);
		policy_free(
		    policy_load("policy.json", buf_text(&after), after.len, NULL, NULL, &diags));
		roster_judge(&roster, &diags, 1);
		diags_free(&diags);
	}
	roster_render(&roster, "u.csv", &out);
	assert_string_equal(buf_text(&out), expected);
}

static void every_error_has_its_line(void **state)
{
	(void)state;
	judged("name\nbob\n", "0 errors; nothing was changed\n");
	judged("", "u.csv: error: the file is empty\n1 error; nothing was changed\n");
	judged("name,password\n",
	       "u.csv: error: there are no users in it\n1 error; nothing was changed\n");
	judged("nmae,password,password\n",
	       "u.csv:1: error: unknown column \"nmae\"; did you mean \"name\"?; there are name, "
	       "password, group, address, expires and comment\n"
	       "u.csv:1: error: column \"password\" stands twice\n"
	       "u.csv:1: error: the first line must name the columns, and \"name\" among them\n"
	       "3 errors; nothing was changed\n");
	judged("name,password,address,expires,group\n"
	       "bob,secret,10.9.8.7,2030-01-01T00:00:00Z,\n"
	       "alice,x,,,\n"
	       "*,a\tb,10.9.8,soon,staff\n"
	       "cy,x,10.9.8.7,,\n"
	       "bob,x\n"
	       "b\xff,x,,,\n"
	       "\"d\" e,x,,,\n"
	       ",x,,,\n"
	       "bob,,,,\n",
	       "u.csv:3: error: users[0] is called \"alice\" too\n"
	       "u.csv:4: error: name may not be \"*\", which pppd takes for anybody\n"
	       "u.csv:4: error: password: character 2 is a control character\n"
	       "u.csv:4: error: there is no group \"staff\"\n"
	       "u.csv:4: error: address must be an IPv4 address, not \"10.9.8\"\n"
	       "u.csv:4: error: expires must be a date and time with an offset, such as "
	       "\"2030-12-31T23:00:00Z\" or \"2031-01-01T00:00:00+01:00\", not \"soon\"\n"
	       "u.csv:5: error: 10.9.8.7 is the address of the user of line 2 too\n"
	       "u.csv:6: error: it has 2 fields, the first line has 5\n"
	       "u.csv:7: error: field 1 is not UTF-8; save the file as UTF-8\n"
	       "u.csv:8: error: something stands behind a closing quote\n"
	       "u.csv:9: error: name is empty\n"
	       "u.csv:10: error: the user of line 2 is called \"bob\" too\n"
	       "12 errors; nothing was changed\n");
}

static void what_is_no_text_is_refused(void **state)
{
	static const char utf16[] = "\xff\xfen\0a\0";
	cleanup_roster struct roster roster = { .arena = NULL };
	cleanup_buf struct buf out = BUF_INIT;

	(void)state;
	roster_read(&roster, utf16, sizeof(utf16) - 1);
	assert_int_equal(roster.errors, 1);
	roster_free(&roster);
	roster_read(&roster, "name\nbob\0", 9);
	roster_render(&roster, "u.csv", &out);
	assert_non_null(strstr(buf_text(&out), "u.csv:2: error: the file holds a NUL byte"));
}

static void a_hundred_thousand_rows_are_too_many(void **state)
{
	cleanup_buf struct buf text = BUF_INIT, out = BUF_INIT;
	cleanup_roster struct roster roster;

	(void)state;
	buf_puts(&text, "name,password\n");
	for (unsigned i = 0; i < 100000; i++)
		buf_printf(&text, i % 2 ? "user%u,secret\n" : "user%u\n", i);
	roster_read(&roster, buf_text(&text), text.len);
	assert_int_equal(roster.count, POLICY_USERS_MAX);
	roster_render(&roster, "u.csv", &out);
	assert_int_equal(roster.errors, 50001);
	assert_non_null(strstr(buf_text(&out), "u.csv:2: error: it has 1 fields"));
	assert_non_null(strstr(buf_text(&out), "49901 more errors are not shown\n50001 errors"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_read_with_their_lines),
		cmocka_unit_test(every_error_has_its_line),
		cmocka_unit_test(what_is_no_text_is_refused),
		cmocka_unit_test(a_hundred_thousand_rows_are_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
