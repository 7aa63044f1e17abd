/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "cli/idle_service.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_and_global_serve_nobody),
		cmocka_unit_test(a_section_serves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
