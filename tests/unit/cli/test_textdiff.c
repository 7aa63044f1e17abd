/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/textdiff.h"

#define TEXTS 3000

static void diff(const char *before, const char *after, struct buf *out)
{
	const struct textdiff_side a = { "a", before, before }, b = { "b", after, after };

	buf_truncate(out, 0);
	textdiff(&a, &b, out);
}

static void is_diff(const char *before, const char *after, const char *expected)
{
	cleanup_buf struct buf out = BUF_INIT;

	diff(before, after, &out);
	assert_string_equal(buf_text(&out), expected);
}

static void differences_are_shown_as_diff_does(void **state)
{
	(void)state;
	is_diff("a\n", "a\n", "");
	is_diff("", "a\n", "--- a\n+++ b\n@@ -0,0 +1,1 @@\n+a\n");
	is_diff("a\n", "", "--- a\n+++ b\n@@ -1,1 +0,0 @@\n-a\n");
	is_diff("a\nb\nc\n", "a\nx\nc\n", "--- a\n+++ b\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
	is_diff("a", "a\n",
		"--- a\n+++ b\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
	is_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n5\n6\n7\n8\n9\n",
		"--- a\n+++ b\n@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+x\n 5\n 6\n 7\n");
}

static void far_differences_are_hunks_of_their_own(void **state)
{
	(void)state;
	is_diff("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
		"--- a\n+++ b\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
		"@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
	is_diff("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
		"--- a\n+++ b\n@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
}

/* Compared is what is true, shown is what may be. */
static void what_is_hidden_still_differs(void **state)
{
	const struct textdiff_side a = { "a", "psk one\n", "psk ***\n" };
	const struct textdiff_side b = { "b", "psk two\n", "psk ***\n" };
	cleanup_buf struct buf out = BUF_INIT;

	(void)state;
	textdiff(&a, &b, &out);
	assert_string_equal(buf_text(&out), "--- a\n+++ b\n@@ -1,1 +1,1 @@\n-psk ***\n+psk ***\n");
}

/* ---- generated: patching the one text gives the other ---- */

static uint32_t seed;

static uint32_t pick(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(seed >> 8) * below >> 24);
}

static void copy_lines(const char **from, size_t count, struct buf *out)
{
	for (; count; count--) {
		const char *end = strchr(*from, '\n') + 1;

		buf_append(out, *from, (size_t)(end - *from));
		*from = end;
	}
}

/* As patch(1) does, trusting nothing: what is said to be there must be. */
static void patch(const char *text, const char *diff_text, struct buf *out)
{
	size_t done = 0, start, count, new_start, new_count;
	const char *at = diff_text;

	while (*at) {
		size_t len = strcspn(at, "\n") + 1;

		if (sscanf(at, "@@ -%zu,%zu +%zu,%zu @@", &start, &count, &new_start, &new_count) ==
		    4) {
			size_t before = start - (count > 0);

			copy_lines(&text, before - done, out);
			done = before;
		} else if (at[0] != '-' || at[1] != '-') {
			if (at[0] != '+') {
				assert_memory_equal(text, at + 1, len - 1);
				text += len - 1;
				done++;
			}
			if (at[0] == ' ' || (at[0] == '+' && at[1] != '+'))
				buf_append(out, at + 1, len - 1);
		}
		at += len;
	}
	buf_puts(out, text);
}

static void make(struct buf *text, unsigned lines, unsigned words)
{
	buf_truncate(text, 0);
	for (unsigned i = 0; i < lines; i++)
		buf_printf(text, "w%u\n", pick(words));
}

/* Some lines taken out, moved or put in. */
static void edit(const struct buf *text, struct buf *out, unsigned words)
{
	const char *at = buf_text(text);

	buf_truncate(out, 0);
	while (*at) {
		uint32_t what = pick(8);

		if (what == 0)
			buf_printf(out, "w%u\n", pick(words));
		if (what == 1)
			at = strchr(at, '\n') + 1;
		else
			copy_lines(&at, 1, out);
	}
}

static void a_diff_leads_from_one_text_to_the_other(void **state)
{
	cleanup_buf struct buf a = BUF_INIT, b = BUF_INIT, out = BUF_INIT, result = BUF_INIT;

	(void)state;
	seed = 20;
	for (int i = 0; i < TEXTS; i++) {
		unsigned words = 1 + pick(60);

		make(&a, pick(40), words);
		if (pick(2))
			edit(&a, &b, words);
		else
			make(&b, pick(40), words);
		diff(buf_text(&a), buf_text(&b), &out);
		buf_truncate(&result, 0);
		patch(buf_text(&a), buf_text(&out), &result);
		assert_string_equal(buf_text(&result), buf_text(&b));
	}
}

static void many_lines_are_no_trouble(void **state)
{
	cleanup_buf struct buf a = BUF_INIT, b = BUF_INIT, out = BUF_INIT;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		buf_printf(&a, "user %u\n", i);
		buf_printf(&b, i % 2 ? "user %u\n" : "other %u\n", i);
	}
	diff(buf_text(&a), buf_text(&b), &out);
	assert_true(out.len > 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_are_shown_as_diff_does),
		cmocka_unit_test(far_differences_are_hunks_of_their_own),
		cmocka_unit_test(what_is_hidden_still_differs),
		cmocka_unit_test(a_diff_leads_from_one_text_to_the_other),
		cmocka_unit_test(many_lines_are_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
