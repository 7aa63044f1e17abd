/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "cli/verb.h"
#include "unit.h"

#define NOBODY 65534

/* Who may not look is told so, and not of problems that are none. */
static void only_root_is_answered(void **state)
{
	const struct args args = { .paths = NULL };
	struct err err = { .code = ERR_NONE };
	uid_t before = geteuid();
	int result;

	(void)state;
	if (before == 0)
		assert_int_equal(seteuid(NOBODY), 0);
	result = verb_doctor(&args, &err);
	assert_int_equal(seteuid(before), 0);
	assert_int_equal(result, -1);
	assert_int_equal(err.code, ERR_PERMISSION);
	assert_non_null(strstr(err.text, "root"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_root_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
