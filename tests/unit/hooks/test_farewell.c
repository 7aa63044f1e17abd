/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <dirent.h>

#include "base/file.h"
#include "base/messages.h"
#include "drive/tmpdir.h"
#include "hooks/farewell.h"

static const struct identity identity = { .pid = 42, .starttime = UINT64_C(5000000000) };
static struct err err;

static struct fields last_word(void)
{
	struct fields message;

	fields_init(&message);
	fields_put(&message, MSG_TYPE, MSG_DOWN);
	identity_put(&message, &identity);
	fields_put_number(&message, MSG_RX, UINT64_C(9000000000));
	return message;
}

static unsigned files(void)
{
	DIR *dir = opendir(tmpdir_path("ended"));
	unsigned count = 0;

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] != '.';
	(void)closedir(dir);
	return count;
}

static void left_beside_the_socket(void **state)
{
	const struct fields message = last_word();
	cleanup_buf struct buf data = BUF_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(mkdir(tmpdir_path("ended"), 0700), 0);
	assert_int_equal(farewell_leave(tmpdir_path("sock"), &identity, &message, &err), 0);
	assert_int_equal(files(), 1);
	assert_int_equal(stat(tmpdir_path("ended/42-5000000000"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(file_read(tmpdir_path("ended/42-5000000000"), FIELDS_MAX, &data, &err), 0);
	assert_int_equal(data.len, message.len);
	assert_memory_equal(buf_text(&data), message.data, message.len);
}

/* Whatever was there under that name is not written through. */
static void a_link_is_replaced(void **state)
{
	const struct fields message = last_word();
	struct stat st;

	(void)state;
	tmpdir_write("other", "x");
	assert_int_equal(mkdir(tmpdir_path("ended"), 0700), 0);
	assert_int_equal(symlink(tmpdir_path("other"), tmpdir_path("ended/42-5000000000")), 0);
	assert_int_equal(farewell_leave(tmpdir_path("sock"), &identity, &message, &err), 0);
	assert_int_equal(stat(tmpdir_path("other"), &st), 0);
	assert_int_equal(st.st_size, 1);
	assert_int_equal(lstat(tmpdir_path("ended/42-5000000000"), &st), 0);
	assert_true(S_ISREG(st.st_mode));
}

static void without_a_place_there_is_none(void **state)
{
	struct fields message = last_word();
	char longest[5000];

	(void)state;
	assert_int_equal(farewell_leave(tmpdir_path("sock"), &identity, &message, &err), -1);
	assert_int_equal(access(tmpdir_path("ended"), F_OK), -1);
	assert_int_equal(farewell_leave("sock", &identity, &message, &err), -1);
	memset(longest, '/', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(farewell_leave(longest, &identity, &message, &err), -1);
	assert_int_equal(mkdir(tmpdir_path("ended"), 0700), 0);
	message.failed = true;
	assert_int_equal(farewell_leave(tmpdir_path("sock"), &identity, &message, &err), -1);
	assert_int_equal(files(), 0);
}

#define test(function) cmocka_unit_test_setup_teardown(function, tmpdir_make, tmpdir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(left_beside_the_socket),
		test(a_link_is_replaced),
		test(without_a_place_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
