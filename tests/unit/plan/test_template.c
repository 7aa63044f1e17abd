/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "plan/template.h"

static int brackets(const char *value, struct buf *out, struct err *err)
{
	if (strcmp(value, "bad") == 0)
		return err_set(err, ERR_POLICY, "no good");
	buf_printf(out, "[%s]", value);
	return 0;
}

static const struct template_var vars[] = {
	{ .name = "one", .value = "1" },
	{ .name = "raw", .value = "@{one}", .verbatim = true },
	{ .name = "absent", .value = NULL },
	{ .name = "bad", .value = "bad" },
	{ 0 },
};

static void expect(const char *text, const char *expected)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct err err = { 0 };

	assert_int_equal(template_expand("t", text, brackets, vars, &out, &err), 0);
	assert_string_equal(buf_text(&out), expected);
}

static void expect_error(const char *text, enum err_code code, const char *message)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct err err = { 0 };

	assert_int_equal(template_expand("t", text, brackets, vars, &out, &err), -1);
	assert_int_equal(err.code, code);
	assert_string_equal(err.text, message);
}

static void values_are_escaped(void **state)
{
	(void)state;
	expect("", "");
	expect("no newline", "no newline");
	expect("a @{one}-@{one}\n", "a [1]-[1]\n");
	expect("@{raw}\n", "@{one}\n");
	expect("@ @zone } {\n", "@ @zone } {\n");
}

static void conditions(void **state)
{
	(void)state;
	expect("a\n@if one\nb @{one}\n@end\nc\n", "a\nb [1]\nc\n");
	expect("a\n\t@if absent\nb @{absent}\n\t@end\nc\n", "a\nc\n");
	expect("@if !absent\nb\n@end\n@if !one\nc\n@end\n", "b\n");
	expect("@if one\nb\n@end", "b\n");
}

static void mistakes_are_internal_errors(void **state)
{
	(void)state;
	expect_error("\n@{two}\n", ERR_INTERNAL, "template t, line 2: unknown name: two");
	expect_error("@{absent}", ERR_INTERNAL, "template t, line 1: no value: absent");
	expect_error("@{one\n}", ERR_INTERNAL,
		     "template t, line 1: placeholder without end: one\n");
	expect_error("@if two\n@end\n", ERR_INTERNAL, "template t, line 1: unknown name: two");
	expect_error("@if one\n@if one\n", ERR_INTERNAL,
		     "template t, line 2: @if inside of @if: one");
	expect_error("@if one\n", ERR_INTERNAL, "template t, line 1: missing: @end");
	expect_error("@end\n", ERR_INTERNAL, "template t, line 1: stray: @end");
}

static void refused_values_name_the_place(void **state)
{
	(void)state;
	expect_error("@{bad}\n", ERR_POLICY, "bad of t: no good");
}

static void the_table_is_compiled_in(void **state)
{
	struct err err = { 0 };
	struct buf out = BUF_INIT;
	size_t count = 0;

	(void)state;
	for (const struct template *t = templates; t->name; t++)
		count++;
	assert_int_equal(count, 4);
	assert_int_equal(template_render("nonesuch", brackets, vars, &out, &err), -1);
	assert_int_equal(err.code, ERR_INTERNAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_escaped),
		cmocka_unit_test(conditions),
		cmocka_unit_test(mistakes_are_internal_errors),
		cmocka_unit_test(refused_values_name_the_place),
		cmocka_unit_test(the_table_is_compiled_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
