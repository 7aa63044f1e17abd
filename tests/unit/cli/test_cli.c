/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "cli/print.h"
#include "cli/secret.h"
#include "cli/verb.h"

static void the_verbs_are_there(void **state)
{
	static const char *const contract[] = { "up",       "down", "status", "check",
						"sessions", "mtu",  "schema", "version" };

	(void)state;
	for (size_t i = 0; i < sizeof(contract) / sizeof(contract[0]); i++)
		assert_non_null(verb_find(verbs, contract[i]));
	assert_null(verb_find(verbs, "frobnicate"));
}

static void secrets_are_long_readable_and_never_the_same(void **state)
{
	char a[33], b[33];
	struct err err;

	(void)state;
	assert_int_equal(secret_generate(a, 32, &err), 0);
	assert_int_equal(secret_generate(b, 32, &err), 0);
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "abcdefghijkmnpqrstuvwxyz23456789"), 32);
	assert_string_not_equal(a, b);
}

static void numbers_are_for_people(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(print_bytes(0, text, sizeof(text)), "0 B");
	assert_string_equal(print_bytes(999, text, sizeof(text)), "999 B");
	assert_string_equal(print_bytes(1400000, text, sizeof(text)), "1.4 MB");
	assert_string_equal(print_bytes(5000000000, text, sizeof(text)), "5.0 GB");
	assert_string_equal(print_duration(41, text, sizeof(text)), "41s");
	assert_string_equal(print_duration(7500, text, sizeof(text)), "2h 05m");
	assert_string_equal(print_duration(273600, text, sizeof(text)), "3d 04h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_verbs_are_there),
		cmocka_unit_test(secrets_are_long_readable_and_never_the_same),
		cmocka_unit_test(numbers_are_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
