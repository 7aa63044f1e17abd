/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/err.h"
#include "drive/xl2tpd_pipe.h"
#include "tmpdir.h"

/* This process stands in for an xl2tpd that reads its pipe. */
static void the_one_who_reads_is_sent_to_the_new_one(void **state)
{
	const char *path = tmpdir_path("control");
	struct err err = { .code = ERR_NONE };
	char text[64] = "";
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(xl2tpd_pipe_renew(path, getpid(), &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0600);
	/* A command in the old one, after which it opens its pipe again. */
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "x\n");
	close(fd);
}

static void who_does_not_read_cannot_be_helped(void **state)
{
	struct err err = { .code = ERR_NONE };

	(void)state;
	assert_int_equal(xl2tpd_pipe_renew(tmpdir_path("control"), getpid(), &err), -1);
	assert_non_null(strstr(err.text, "does not read it any more"));
	assert_int_equal(access(tmpdir_path("control"), F_OK), -1);
}

#define pipe_test(f) cmocka_unit_test_setup_teardown(f, tmpdir_make, tmpdir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pipe_test(the_one_who_reads_is_sent_to_the_new_one),
		pipe_test(who_does_not_read_cannot_be_helped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
