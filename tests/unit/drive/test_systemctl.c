/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "drive/systemctl.h"

#define UNIT "l2tpgw.service"

static void a_restart_is_told_from_a_stop(void **state)
{
	(void)state;
	assert_true(systemctl_lists_restart("1234 l2tpgw.service restart running\n", UNIT));
	assert_true(systemctl_lists_restart(" 1234 l2tpgw.service   restart   waiting", UNIT));
	assert_false(systemctl_lists_restart("1234 l2tpgw.service stop running\n", UNIT));
	assert_false(systemctl_lists_restart("1234 l2tpgw.service start waiting\n", UNIT));
}

static void jobs_of_others_do_not_count(void **state)
{
	(void)state;
	assert_false(systemctl_lists_restart("7 l2tpgw.service.d restart running\n"
					     "8 ssh.service restart running\n"
					     "9 l2tpgw.service stop running\n",
					     UNIT));
	assert_true(systemctl_lists_restart("8 ssh.service stop running\n"
					    "9 l2tpgw.service restart running\n",
					    UNIT));
}

static void what_is_no_listing_says_nothing(void **state)
{
	(void)state;
	assert_false(systemctl_lists_restart("", UNIT));
	assert_false(systemctl_lists_restart("No jobs running.\n", UNIT));
	assert_false(systemctl_lists_restart("restart l2tpgw.service restart running\n", UNIT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restart_is_told_from_a_stop),
		cmocka_unit_test(jobs_of_others_do_not_count),
		cmocka_unit_test(what_is_no_listing_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
