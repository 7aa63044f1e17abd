/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <sched.h>
#include <sys/mount.h>

#include "drive/storage.h"
#include "tmpdir.h"

static struct err err;

/* What a small file system of the test's own is like; skips where none can be mounted. */
static void look_at_small(const char *options, unsigned long flags, struct storage *storage)
{
	const char *path = tmpdir_path("small");

	tmpdir_write("small/.keep", "");
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", path, "tmpfs", flags, options) < 0)
		skip();
	assert_int_equal(storage_of(tmpdir_path("small/policy.json"), storage, &err), 0);
	assert_int_equal(umount(path), 0);
}

static void what_is_not_there_yet_is_its_parents_matter(void **state)
{
	struct storage storage;

	(void)state;
	tmpdir_write("here/file", "");
	assert_int_equal(storage_of(tmpdir_path("here/not/there/yet"), &storage, &err), 0);
	assert_non_null(strstr(storage.folder, "/here"));
	assert_null(strstr(storage.folder, "/not"));
	assert_false(storage.read_only);
	assert_int_equal(storage_of("/l2tpgw-no-such-folder", &storage, &err), 0);
	assert_string_equal(storage.folder, "/");
}

static void little_room_is_seen(void **state)
{
	struct storage storage;

	(void)state;
	look_at_small("size=64k", 0, &storage);
	assert_true(storage.free <= 64u << 10);
	assert_false(storage.read_only);
}

static void read_only_is_seen(void **state)
{
	struct storage storage;

	(void)state;
	look_at_small("size=4m", MS_RDONLY, &storage);
	assert_true(storage.read_only);
}

static void odd_paths_are_refused(void **state)
{
	struct storage storage;
	char path[PATH_MAX + 2];

	(void)state;
	assert_int_equal(storage_of("relative", &storage, &err), -1);
	memset(path, '/', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(storage_of(path, &storage, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_there_yet_is_its_parents_matter),
		cmocka_unit_test(odd_paths_are_refused),
		cmocka_unit_test(little_room_is_seen),
		cmocka_unit_test(read_only_is_seen),
	};

	return cmocka_run_group_tests(tests, tmpdir_make, tmpdir_remove);
}
