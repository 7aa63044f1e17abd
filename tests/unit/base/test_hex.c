/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "base/hex.h"

static void there_and_back(void **state)
{
	uint8_t bytes[256], back[256];
	char text[513];

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	hex_encode(bytes, sizeof(bytes), text);
	assert_int_equal(strlen(text), 512);
	assert_memory_equal(text + 2 * 0x9a, "9a9b9c", 6);
	assert_true(hex_decode(text, back, sizeof(back)));
	assert_memory_equal(bytes, back, sizeof(bytes));
	assert_true(hex_decode("aBCdeF", back, 3));
	assert_memory_equal(back, "\xab\xcd\xef", 3);
	assert_true(hex_decode("", back, 0));
}

static void anything_else_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",     "0",    "000",  "00000",           "0g00", "00 0", "0x00",
		"-100", "/:@G", "`g00", "\xff\xff\xff\xff"
	};
	uint8_t out[2];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(hex_decode(wrong[i], out, sizeof(out)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(anything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
