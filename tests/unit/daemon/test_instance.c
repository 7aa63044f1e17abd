/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "../drive/tmpdir.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "daemon/instance.h"

static struct paths paths;

static int make(void **state)
{
	struct err err;

	if (tmpdir_make(state) < 0 || setenv("L2TPGW_RUN", tmpdir, 1) < 0)
		return -1;
	return paths_load(&paths, &err);
}

/* Locks of one process do not keep it out itself. */
static bool another_is_kept_out(void)
{
	struct err err = { .code = ERR_NONE };
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(instance_lock(&paths, &err) < 0 && err.code == ERR_LOCKED ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status == 0;
}

static void there_is_one(void **state)
{
	struct err err = { .code = ERR_NONE };
	int lock;

	(void)state;
	lock = instance_lock(&paths, &err);
	assert_true(lock >= 0);
	assert_true(another_is_kept_out());
	close(lock);
	assert_false(another_is_kept_out());
}

static void who_removes_the_file_lets_nobody_in(void **state)
{
	struct err err = { .code = ERR_NONE };
	int lock;

	(void)state;
	lock = instance_lock(&paths, &err);
	instance_put_back(&paths, &lock);
	assert_true(another_is_kept_out());
	assert_int_equal(unlink(paths.daemon_pid), 0);
	instance_put_back(&paths, &lock);
	assert_true(another_is_kept_out());
	close(lock);
}

#define instance_test(f) cmocka_unit_test_setup_teardown(f, make, tmpdir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		instance_test(there_is_one),
		instance_test(who_removes_the_file_lets_nobody_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
