/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"

/* What a line with that text looks like. */
static void logged(const char *text, char *out, size_t size)
{
	int saved = dup(STDERR_FILENO), ends[2];
	ssize_t len;

	assert_true(saved >= 0);
	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	log_notice("refused %s: wrong password", text);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(ends[1]);
	len = read(ends[0], out, size - 1);
	assert_true(len > 0);
	out[len] = '\0';
	(void)close(ends[0]);
	(void)close(saved);
}

static void what_others_say_is_only_text(void **state)
{
	static const struct {
		const char *said, *line;
	} rows[] = {
		{ "alice", "alice" },
		{ "J\xc3\xbcrgen \xe2\x82\xac", "J\xc3\xbcrgen \xe2\x82\xac" },
		{ "%s%n../..", "%s%n../.." },
		{ "a\nl2tpgwd: up: mallory", "a?l2tpgwd: up: mallory" },
		{ "\x1b[2J\a\x7f", "?[2J??" },
		{ "\xc2\x9b"
		  "2J",
		  "??2J" }, /* CSI, as UTF-8 */
		{ "\x9b"
		  "2J\x90\xff",
		  "?2J??" },               /* and as a byte; what is no UTF-8 */
		{ "\xc0\xae\xc3", "???" }, /* overlong, cut off */
		{ "\xe2\x80\xae"
		  "ecila",
		  "???ecila" }, /* from right to left */
	};
	char line[512], wanted[512];

	(void)state;
	log_open("l2tpgwd");
	for (size_t i = 0; i < array_size(rows); i++) {
		(void)snprintf(wanted, sizeof(wanted), "l2tpgwd: refused %s: wrong password\n",
			       rows[i].line);
		logged(rows[i].said, line, sizeof(line));
		assert_string_equal(line, wanted);
	}
}

static void a_long_line_is_one_line(void **state)
{
	char said[5000], line[8192];

	(void)state;
	memset(said, 'x', sizeof(said) - 1);
	said[sizeof(said) - 1] = '\0';
	logged(said, line, sizeof(line));
	assert_true(strlen(line) < 2200);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_others_say_is_only_text),
		cmocka_unit_test(a_long_line_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
