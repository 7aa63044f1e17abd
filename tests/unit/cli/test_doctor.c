/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "../drive/tmpdir.h"
#include "base/cleanup.h"
#include "cli/examine.h"
#include "cli/verb.h"

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

/* Of a policy that is valid, too: it may be one that the service cannot read whole. */
static void warnings_about_the_policy_are_told(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct findings found = { .arena = arena };
	struct paths paths;
	struct err err;
	char text[256];

	(void)state;
	if (geteuid() != 0)
		skip();
	(void)snprintf(text, sizeof(text),
		       "{\"version\": 1,\n \"ipsec\": {\"psk\": {\"file\": \"%s\"}}}",
		       tmpdir_path("psk"));
	tmpdir_write("psk", "Zq8vK2mX4wR7tY1uB5nC9dF3\n");
	tmpdir_write("policy.json", text);
	assert_int_equal(chmod(tmpdir_path("psk"), 0600), 0);
	assert_int_equal(chmod(tmpdir_path("policy.json"), 0600), 0);
	assert_int_equal(setenv("L2TPGW_ETC", tmpdir, 1), 0);
	assert_int_equal(paths_load(&paths, &err), 0);
	policy_free(examine_policy(&found, &paths));
	for (size_t i = 0; i < found.count; i++) {
		if (found.list[i].severity == FINDING_WARNING &&
		    strstr(found.list[i].text, "line 2: l2tpgw.service does not see files in /tmp"))
			return;
	}
	fail_msg("%zu findings, none of them about the file", found.count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_root_is_answered),
		cmocka_unit_test(warnings_about_the_policy_are_told),
	};

	return cmocka_run_group_tests(tests, tmpdir_make, tmpdir_remove);
}
