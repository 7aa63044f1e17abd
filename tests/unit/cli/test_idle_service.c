/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "../drive/tmpdir.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "cli/idle_service.h"
#include "drive/systemctl.h"

/* ---- a systemctl of the test's own, in place of the one in drive/ ---- */

static const char *load_states[2]; /* of strongswan.service and xl2tpd.service */
static const char *is;             /* "is-active xl2tpd.service", a line each */
static const char *fails;          /* "start strongswan.service" */
static char done[512];             /* every "enable UNIT" and "start UNIT", a line each */

int systemctl(const char *const *words, struct buf *said, struct err *err)
{
	char line[64];

	(void)said;
	(void)err;
	assert_string_equal(words[0], "--quiet");
	(void)snprintf(line, sizeof(line), "%s %s\n", words[1], words[2]);
	return strstr(is, line) ? 0 : 3;
}

int systemctl_must(const char *const *words, struct err *err)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "%s %s", words[1], words[2]);
	if (fails && !strcmp(line, fails))
		return err_set(err, ERR_FAILED, "systemctl %s: failed", line);
	(void)strcat(strcat(done, line), "\n");
	return 0;
}

int systemctl_property(const char *unit, const char *property, struct buf *value, struct err *err)
{
	(void)err;
	assert_string_equal(property, "LoadState");
	buf_puts(value, load_states[!strcmp(unit, "xl2tpd.service")]);
	return 0;
}

/* As Debian ships it: everything is an example behind a semicolon. */
static void comments_and_global_serve_nobody(void **state)
{
	(void)state;
	assert_false(idle_xl2tpd_serves(""));
	assert_false(
	    idle_xl2tpd_serves("; [global]\n; listen-addr = 192.168.1.98\n"
			       ";\n; [lns default]\n; ip range = 192.168.1.128-192.168.1.254\n"));
	assert_false(idle_xl2tpd_serves("[global]\nport = 1701\n"));
}

static void a_section_serves(void **state)
{
	(void)state;
	assert_true(idle_xl2tpd_serves("[global]\n[lns default]\nip range = 10.0.0.2-10.0.0.9\n"));
	assert_true(idle_xl2tpd_serves("\t [lac office]\nlns = 192.0.2.1"));
	assert_true(idle_xl2tpd_serves("; x\n[lns default]"));
	/* What we do not know may be anything. */
	assert_true(idle_xl2tpd_serves("[something new]\n"));
}

static void restore(const char *strongswan, const char *xl2tpd, const char *failing)
{
	struct paths paths;
	struct err err;

	load_states[0] = strongswan;
	load_states[1] = xl2tpd;
	fails = failing;
	*done = '\0';
	tmpdir_write("services", "strongswan.service enabled\nxl2tpd.service disabled\n");
	assert_int_equal(setenv("L2TPGW_STATE", tmpdir, 1), 0);
	assert_int_equal(paths_load(&paths, &err), 0);
	assert_int_equal(idle_services_restore(&paths, &err), 0);
	assert_int_equal(access(tmpdir_path("services"), F_OK), -1);
}

static void services_are_as_they_were(void **state)
{
	(void)state;
	restore("loaded", "loaded", NULL);
	assert_string_equal(
	    done, "enable strongswan.service\nstart strongswan.service\nstart xl2tpd.service\n");
}

static void what_is_gone_or_masked_needs_nothing(void **state)
{
	(void)state;
	restore("masked", "loaded", NULL);
	assert_string_equal(done, "start xl2tpd.service\n");
	restore("not-found", "masked", NULL);
	assert_string_equal(done, "");
}

static void one_that_does_not_start_holds_up_nothing(void **state)
{
	(void)state;
	restore("loaded", "loaded", "start strongswan.service");
	assert_string_equal(done, "enable strongswan.service\nstart xl2tpd.service\n");
	restore("loaded", "loaded", "enable strongswan.service");
	assert_string_equal(done, "start xl2tpd.service\n");
}

static void examine(struct findings *findings, struct arena *arena, bool managed,
		    const char *states)
{
	*findings = (struct findings){ .arena = arena };
	is = states;
	idle_services_examine(findings, managed);
}

static void what_is_stopped_but_enabled_is_told(void **state)
{
	static const char both[] = "is-enabled strongswan.service\nis-enabled xl2tpd.service\n";
	cleanup_arena struct arena *arena = arena_new();
	struct findings found;

	(void)state;
	examine(&found, arena, true, both);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.list[0].severity, FINDING_WARNING);
	assert_string_equal(found.list[0].text,
			    "strongswan.service is enabled and will take UDP 500 at the next boot");
	assert_string_equal(found.list[0].remedy, "systemctl disable strongswan.service");
	assert_non_null(
	    strstr(found.list[1].text, "xl2tpd.service is enabled and will take UDP 1701"));
	/* A charon that is somebody else's is to start. */
	examine(&found, arena, false, both);
	assert_int_equal(found.count, 1);
	assert_non_null(strstr(found.list[0].text, "xl2tpd"));
}

/* Of one that runs the ports tell, and one that is disabled stays away. */
static void what_runs_or_is_disabled_is_not(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct findings found;

	(void)state;
	examine(&found, arena, true,
		"is-active strongswan.service\nis-enabled strongswan.service\n"
		"is-active xl2tpd.service\n");
	assert_int_equal(found.count, 0);
	examine(&found, arena, true, "");
	assert_int_equal(found.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_and_global_serve_nobody),
		cmocka_unit_test(a_section_serves),
		cmocka_unit_test(services_are_as_they_were),
		cmocka_unit_test(what_is_gone_or_masked_needs_nothing),
		cmocka_unit_test(one_that_does_not_start_holds_up_nothing),
		cmocka_unit_test(what_is_stopped_but_enabled_is_told),
		cmocka_unit_test(what_runs_or_is_disabled_is_not),
	};

	return cmocka_run_group_tests(tests, tmpdir_make, tmpdir_remove);
}
