/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"

static uint64_t seed = 0x2545f4914f6cdd1du;

static uint32_t next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

static void fields_are_found(void **state)
{
	struct fields fields;
	uint64_t value;

	(void)state;
	fields_init(&fields);
	fields_put(&fields, "user", "alice");
	fields_put(&fields, "empty", "");
	fields_put(&fields, "text", "a=b\nuser=mallory");
	fields_put_number(&fields, "big", UINT64_MAX);
	assert_false(fields.failed);
	assert_string_equal(fields_get(&fields, "user"), "alice");
	assert_string_equal(fields_get(&fields, "empty"), "");
	assert_string_equal(fields_get(&fields, "text"), "a=b\nuser=mallory");
	assert_null(fields_get(&fields, "use"));
	assert_null(fields_get(&fields, "users"));
	assert_null(fields_get(&fields, ""));
	assert_null(fields_get(&fields, "a"));
	assert_true(fields_number(&fields, "big", UINT64_MAX, &value));
	assert_true(value == UINT64_MAX);
	assert_false(fields_number(&fields, "big", UINT64_MAX - 1, &value));
}

static void numbers_are_strict(void **state)
{
	static const char *const bad[] = { "",
					   "-1",
					   "+1",
					   " 1",
					   "1 ",
					   "0x1",
					   "1.0",
					   "a",
					   "1a",
					   "18446744073709551616",
					   "99999999999999999999999" };
	uint64_t value = 7;

	(void)state;
	for (size_t i = 0; i < array_size(bad); i++) {
		struct fields fields;

		fields_init(&fields);
		fields_put(&fields, "n", bad[i]);
		assert_false(fields_number(&fields, "n", UINT64_MAX, &value));
	}
	assert_int_equal(value, 7);
}

static bool decodes(const char *data, size_t len)
{
	struct fields fields;
	bool ok = fields_decode(&fields, data, len);

	assert_int_equal(ok, !fields.failed);
	if (!ok)
		assert_null(fields_get(&fields, "a"));
	return ok;
}

static void malformed_messages_are_refused(void **state)
{
	static char large[FIELDS_MAX + 1];

	(void)state;
	assert_true(decodes("a=1", 4));
	assert_true(decodes("a=\0b=", 6));
	assert_false(decodes("", 0));
	assert_false(decodes("a=1", 3));
	assert_false(decodes("a=1\0", 5));
	assert_false(decodes("\0a=1", 5));
	assert_false(decodes("=1", 3));
	assert_false(decodes("a", 2));
	assert_false(decodes("A=1", 4));
	assert_false(decodes("a b=1", 6));
	assert_false(decodes("a=1\0a=2", 8));
	memset(large, 'x', sizeof(large));
	memcpy(large, "a=", 2);
	large[FIELDS_MAX] = '\0';
	assert_false(decodes(large, FIELDS_MAX + 1));
	large[FIELDS_MAX - 1] = '\0';
	assert_true(decodes(large, FIELDS_MAX));
}

static void what_does_not_fit_is_latched(void **state)
{
	char value[FIELDS_MAX];
	struct fields fields;

	(void)state;
	memset(value, 'v', sizeof(value));
	value[FIELDS_MAX - 3] = '\0';
	fields_init(&fields);
	fields_put(&fields, "n", value);
	assert_false(fields.failed);
	assert_int_equal(fields.len, FIELDS_MAX);
	fields_put(&fields, "m", "");
	assert_true(fields.failed);
	fields_init(&fields);
	fields_put(&fields, "nn", value);
	assert_true(fields.failed);
	fields_put(&fields, "n", "1");
	assert_true(fields.failed);
	assert_int_equal(fields.len, 0);
}

static void what_could_not_be_read_is_not_written(void **state)
{
	static const char *const bad[] = { "", "A", "a b", "a=b", "a\n" };

	(void)state;
	for (size_t i = 0; i < array_size(bad); i++) {
		struct fields fields;

		fields_init(&fields);
		fields_put(&fields, bad[i], "1");
		assert_true(fields.failed);
	}
	for (int i = 0; i < 2; i++) {
		struct fields fields;

		fields_init(&fields);
		fields_put(&fields, "twice", "1");
		fields_put(&fields, i ? "twice" : "once", "2");
		assert_int_equal(fields.failed, i == 1);
	}
}

/* Whatever bytes the values are made of, the other end reads the same. */
static void messages_are_read_back(void **state)
{
	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct fields out, in;
		char values[8][64] = { 0 }, name[8];
		unsigned count = 1 + next() % 8;

		fields_init(&out);
		for (unsigned f = 0; f < count; f++) {
			unsigned len = next() % 63;

			for (unsigned c = 0; c < len; c++)
				values[f][c] = (char)(1 + next() % 255);
			(void)snprintf(name, sizeof(name), "f_%u", f);
			fields_put(&out, name, values[f]);
		}
		assert_true(fields_decode(&in, out.data, out.len));
		for (unsigned f = 0; f < count; f++) {
			(void)snprintf(name, sizeof(name), "f_%u", f);
			assert_string_equal(fields_get(&in, name), values[f]);
		}
		fields_wipe(&in);
		assert_int_equal(in.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found),
		cmocka_unit_test(numbers_are_strict),
		cmocka_unit_test(malformed_messages_are_refused),
		cmocka_unit_test(what_does_not_fit_is_latched),
		cmocka_unit_test(what_could_not_be_read_is_not_written),
		cmocka_unit_test(messages_are_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
