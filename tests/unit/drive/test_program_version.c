/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/program_version.h"
#include "unit.h"

static void found(const char *text, const char *wanted)
{
	char version[16] = "untouched";

	assert_true(program_version_find(text, version, sizeof(version)));
	assert_string_equal(version, wanted);
}

static void test_versions(void **state)
{
	char version[16];

	(void)state;
	found("pppd version 2.4.9\n", "2.4.9");
	found("\nxl2tpd version:  xl2tpd-1.3.18\n", "1.3.18");
	found("plugin 'pkcs11': failed to load - no plugin file available\n"
	      "connecting to 'unix:///var/run/charon.vici' failed: No such file or directory\n"
	      "strongSwan 6.0.1 swanctl\n",
	      "6.0.1");
	assert_false(program_version_find("", version, sizeof(version)));
	assert_false(program_version_find("no version 7 here", version, sizeof(version)));
	assert_false(program_version_find("1.1111111111111111111", version, sizeof(version)));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_versions) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
