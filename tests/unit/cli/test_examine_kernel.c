/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/examine.h"
#include "drive/ability.h"
#include "drive/modules.h"
#include "unit.h"

/* ---- a kernel of the test's own, in place of the one drive/ looks at ---- */

static enum module_state now;
static bool loads, loaded;

int ability_probe(enum ability ability, struct err *err)
{
	(void)ability;
	return loaded ? 0 : err_set(err, ERR_FAILED, "not supported");
}

const char *ability_text(enum ability ability)
{
	(void)ability;
	return "L2TP in the kernel";
}

const char *ability_module(enum ability ability)
{
	(void)ability;
	return "l2tp_ppp";
}

enum module_state module_state(const char *name)
{
	(void)name;
	return now;
}

const char *module_state_text(enum module_state state)
{
	(void)state;
	return "so";
}

int module_load(const char *name, struct err *err)
{
	loaded = loads;
	return loads ? 0 : err_set(err, ERR_FAILED, "module %s cannot be loaded", name);
}

/* ---- */

static void expect(enum module_state state, bool load, bool works, enum severity severity,
		   const char *text)
{
	cleanup_arena struct arena *arena = arena_new();
	struct findings findings = { .arena = arena };

	now = state;
	loads = works;
	loaded = false;
	examine_kernel(&findings, load);
	assert_int_equal(findings.list[0].severity, severity);
	assert_non_null(strstr(findings.list[0].text, text));
}

static void a_blacklist_is_overcome_and_an_install_line_is_not(void **state)
{
	(void)state;
	expect(MODULE_LOADABLE, false, true, FINDING_GOOD, "is there, and loaded when");
	expect(MODULE_BLACKLISTED, false, true, FINDING_GOOD, "is blacklisted, and loaded by name");
	expect(MODULE_BLACKLISTED, true, true, FINDING_GOOD, "works");
	expect(MODULE_BLACKLISTED, true, false, FINDING_PROBLEM, "is missing");
	expect(MODULE_DISABLED, false, false, FINDING_PROBLEM, "is missing");
	expect(MODULE_MISSING, false, false, FINDING_PROBLEM, "is missing");
}

static void expect_of_rates(enum module_state state, enum severity severity)
{
	cleanup_arena struct arena *arena = arena_new();
	struct findings findings = { .arena = arena };
	struct policy_user user = { .rate = { .down = 1000000 } };
	struct policy policy = { .users = &user, .users_count = 1 };

	now = state;
	examine_rates(&findings, &policy);
	assert_int_equal(findings.list[0].severity, severity);
	assert_int_equal(findings_of(&findings, severity), findings.count);
}

static void a_blacklist_is_no_obstacle_to_rates(void **state)
{
	(void)state;
	expect_of_rates(MODULE_LOADABLE, FINDING_GOOD);
	expect_of_rates(MODULE_BLACKLISTED, FINDING_WARNING);
	expect_of_rates(MODULE_DISABLED, FINDING_PROBLEM);
	expect_of_rates(MODULE_MISSING, FINDING_PROBLEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_blacklist_is_overcome_and_an_install_line_is_not),
		cmocka_unit_test(a_blacklist_is_no_obstacle_to_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
