/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drive/login.h"
#include "drive/procfs.h"

static bool has_loginuid(void)
{
	char text[16] = "";
	FILE *file = fopen("/proc/self/loginuid", "r");

	if (file && !fgets(text, sizeof(text), file))
		text[0] = '\0';
	if (file)
		(void)fclose(file);
	return file && strcmp(text, "4294967295") != 0;
}

static void a_user_without_a_name_has_a_number(void **state)
{
	char who[LOGIN_WHO_MAX];

	(void)state;
	if (has_loginuid())
		skip();
	(void)setsid(); /* away from the terminal of who runs the tests */
	assert_string_equal(login_who(getpid(), 0, who), "root");
	assert_string_equal(login_who(getpid(), 3000000000u, who), "uid 3000000000");
	assert_string_equal(login_who(0x7ffffffe, 0, who), "root"); /* gone */
}

/* A process of root on a terminal that belongs to somebody else, as sudo leaves it. */
static void who_sits_at_the_terminal_is_told(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), status;
	char who[LOGIN_WHO_MAX];
	pid_t child;

	(void)state;
	if (has_loginuid() || geteuid() != 0 || master < 0)
		skip();
	assert_int_equal(grantpt(master) | unlockpt(master), 0);
	assert_int_equal(chown(ptsname(master), 1, (gid_t)-1), 0);
	child = fork();
	if (child == 0) {
		(void)setsid();
		if (open(ptsname(master), O_RDWR) < 0)
			_exit(2);
		_exit(strcmp(login_who(getpid(), 0, who), "root (daemon)") != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	(void)close(master);
}

static void the_terminal_is_read_as_the_kernel_writes_it(void **state)
{
	struct procfs_stat stat;
	const char *text = "7 (sh) S 1 7 7 34817 7 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4242 0 0";

	(void)state;
	assert_true(procfs_parse_stat(text, &stat));
	assert_int_equal(stat.start, 4242);
	assert_int_equal(major(stat.terminal), 136);
	assert_int_equal(minor(stat.terminal), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_terminal_is_read_as_the_kernel_writes_it),
		cmocka_unit_test(who_sits_at_the_terminal_is_told),
		cmocka_unit_test(a_user_without_a_name_has_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
