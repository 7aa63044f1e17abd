/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/tree.h"

/* buf */

static void buffer_is_always_terminated(void **state)
{
	cleanup_buf struct buf buf = BUF_INIT;

	(void)state;
	assert_string_equal(buf_text(&buf), "");
	for (unsigned i = 0; i < 1000; i++) {
		buf_putc(&buf, 'x');
		assert_int_equal(strlen(buf_text(&buf)), i + 1);
	}
	buf_consume(&buf, 990);
	assert_string_equal(buf_text(&buf), "xxxxxxxxxx");
	buf_consume(&buf, 0);
	buf_printf(&buf, "%s-%d", "y", 42);
	assert_string_equal(buf_text(&buf), "xxxxxxxxxxy-42");
	buf_append(&buf, "\0z", 2);
	assert_int_equal(buf.len, 16);
	buf_consume(&buf, 16);
	assert_int_equal(buf.len, 0);
	assert_string_equal(buf_text(&buf), "");
}

static void long_formats_fit(void **state)
{
	cleanup_buf struct buf buf = BUF_INIT;

	(void)state;
	for (int width = 0; width < 300; width++) {
		size_t before = buf.len;

		buf_printf(&buf, "%*s", width, "");
		assert_int_equal(buf.len, before + (size_t)width);
	}
}

static void taken_bytes_belong_to_the_caller(void **state)
{
	struct buf buf = BUF_INIT;
	char *text;

	(void)state;
	text = buf_take(&buf);
	assert_string_equal(text, "");
	free(text);
	buf_puts(&buf, "abc");
	text = buf_take(&buf);
	assert_string_equal(text, "abc");
	assert_null(buf.data);
	assert_int_equal(buf.len, 0);
	free(text);
	buf_free(&buf);
}

/* arena */

static void arena_keeps_everything_apart(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	char *pieces[500];

	(void)state;
	for (size_t i = 0; i < 500; i++) {
		pieces[i] = arena_alloc(arena, i * 7);
		assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
		for (size_t b = 0; b < i * 7; b++)
			assert_int_equal(pieces[i][b], 0);
		memset(pieces[i], (int)(i & 0xff), i * 7);
	}
	for (size_t i = 0; i < 500; i++) {
		for (size_t b = 0; b < i * 7; b++)
			assert_int_equal((unsigned char)pieces[i][b], i & 0xff);
	}
	assert_string_equal(arena_printf(arena, "%05d", 42), "00042");
	assert_string_equal(arena_strdup(arena, ""), "");
	arena_free(NULL);
}

static void arena_arrays_grow(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	void *list = NULL;
	size_t count = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		*(unsigned *)arena_push(arena, &list, &count, sizeof(unsigned)) = i;
	assert_int_equal(count, 1000);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(((unsigned *)list)[i], i);
}

static void grown_memory_is_zeroed(void **state)
{
	char *p = mem_alloc(4);

	(void)state;
	memcpy(p, "abcd", 4);
	p = mem_grow(p, 4, 64, 1);
	assert_memory_equal(p, "abcd\0\0\0\0", 8);
	assert_int_equal(p[63], 0);
	mem_wipe_free(p, 64);
	mem_wipe_free(NULL, 5);
}

/* tree */

static struct tree *sample(struct arena *arena)
{
	struct tree *root = tree_new(arena), *section = tree_section(arena, root, "l2tpgw");
	struct tree *list = tree_list(arena, section, "proposals");

	tree_value(arena, section, "version", "1");
	tree_item(arena, list, "aes256-sha256-modp2048");
	tree_item(arena, list, "aes128-sha1-modp2048");
	tree_bytes(arena, section, "data", "a\0b", 3);
	tree_printf(arena, section, "dpd", "%us", 30u);
	return root;
}

static void tree_is_walked(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	const struct tree *root = sample(arena), *section = tree_get(root, "l2tpgw");
	size_t items = 0;

	(void)state;
	assert_non_null(section);
	assert_null(tree_get(root, "version"));
	assert_null(tree_get(NULL, "version"));
	assert_string_equal(tree_text(section, "version", "-"), "1");
	assert_string_equal(tree_text(section, "proposals", "-"), "-");
	assert_string_equal(tree_text(section, "dpd", "-"), "30s");
	assert_int_equal(tree_get(section, "data")->len, 3);
	tree_foreach (item, tree_get(section, "proposals")) {
		assert_int_equal(item->type, TREE_ITEM);
		items++;
	}
	assert_int_equal(items, 2);
}

static void long_values_are_not_cut(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *root = tree_new(arena);

	(void)state;
	tree_printf(arena, root, "long", "%5000s", "x");
	assert_int_equal(tree_get(root, "long")->len, 5000);
	assert_int_equal(tree_get(root, "long")->value[4999], 'x');
}

static bool number(const char *text, size_t len, int base, uint64_t *value)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *root = tree_new(arena);

	tree_bytes(arena, root, "n", text, len);
	return tree_number(root, "n", base, value);
}

static void numbers_are_strict(void **state)
{
	uint64_t value = 7;

	(void)state;
	assert_false(number("", 0, 10, &value));
	assert_false(number("-1", 2, 10, &value));
	assert_false(number("+1", 2, 10, &value));
	assert_false(number(" 1", 2, 10, &value));
	assert_false(number("1 ", 2, 10, &value));
	assert_false(number("c0", 2, 10, &value));
	assert_false(number("1\0002", 3, 10, &value));
	assert_false(number("18446744073709551616", 20, 10, &value));
	assert_int_equal(value, 7);
	assert_true(number("c0ffee01", 8, 16, &value));
	assert_int_equal(value, 0xc0ffee01);
	assert_true(number("18446744073709551615", 20, 10, &value));
	assert_true(value == UINT64_MAX);
}

static void equality_sees_every_difference(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *a = sample(arena), *b = sample(arena), *section = a->child;

	(void)state;
	assert_true(tree_equal(a, b));
	tree_value(arena, section, "more", "");
	assert_false(tree_equal(a, b));
	assert_false(tree_equal(b, a));
	tree_value(arena, b->child, "more", "x");
	assert_false(tree_equal(a, b));
	b->child->last->value = "";
	b->child->last->len = 0;
	assert_true(tree_equal(a, b));
	b->child->last->name = "less";
	assert_false(tree_equal(a, b));
	b->child->last->name = "more";
	b->child->last->type = TREE_SECTION;
	assert_false(tree_equal(a, b));
	tree_bytes(arena, a, "d", "a\0b", 3);
	b->child->last->type = TREE_VALUE;
	tree_bytes(arena, b, "d", "a\0c", 3);
	assert_false(tree_equal(a, b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffer_is_always_terminated),
		cmocka_unit_test(long_formats_fit),
		cmocka_unit_test(taken_bytes_belong_to_the_caller),
		cmocka_unit_test(arena_keeps_everything_apart),
		cmocka_unit_test(arena_arrays_grow),
		cmocka_unit_test(grown_memory_is_zeroed),
		cmocka_unit_test(tree_is_walked),
		cmocka_unit_test(long_values_are_not_cut),
		cmocka_unit_test(numbers_are_strict),
		cmocka_unit_test(equality_sees_every_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
