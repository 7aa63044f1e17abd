/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/apply.h"
#include "apply/saved_sysctl.h"
#include "base/file.h"

static char root[] = "/tmp/l2tpgw-apply-XXXXXX";
static struct paths paths;
static struct machine machine;

static struct step file_step(const char *path, const char *before, const char *after)
{
	struct step step = { .object = { .kind = OBJECT_FILE, .name = path } };

	step.before = (struct object_value){ before != NULL, before, before ? strlen(before) : 0,
					     0600, NULL };
	step.after =
	    (struct object_value){ after != NULL, after, after ? strlen(after) : 0, 0640, NULL };
	return step;
}

static void expect_file(const char *path, const char *text)
{
	cleanup_buf struct buf got = BUF_INIT;
	struct err err;

	if (!text) {
		assert_int_not_equal(access(path, F_OK), 0);
		return;
	}
	assert_int_equal(file_read(path, 4096, &got, &err), 0);
	assert_string_equal(buf_text(&got), text);
}

static void steps_are_done_in_order(void **state)
{
	char a[128], b[128];
	struct stat st;
	struct err err;

	(void)state;
	(void)snprintf(a, sizeof(a), "%s/a", root);
	(void)snprintf(b, sizeof(b), "%s/b", root);
	assert_int_equal(file_write(b, "old", 3, 0600, false, &err), 0);
	struct step list[] = { file_step(a, NULL, "new"), file_step(b, "old", NULL) };
	struct steps steps = { list, 2 };

	assert_int_equal(apply_run(&machine, &steps, &err), 0);
	expect_file(a, "new");
	expect_file(b, NULL);
	assert_int_equal(stat(a, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(unlink(a), 0);
}

static void a_failure_undoes_what_was_done(void **state)
{
	char a[128], b[128], bad[128];
	struct err err = { .code = ERR_NONE };

	(void)state;
	(void)snprintf(a, sizeof(a), "%s/a", root);
	(void)snprintf(b, sizeof(b), "%s/b", root);
	(void)snprintf(bad, sizeof(bad), "%s/no/such/directory", root);
	assert_int_equal(file_write(b, "old", 3, 0600, false, &err), 0);
	struct step list[] = { file_step(a, NULL, "new"), file_step(b, "old", "new"),
			       file_step(bad, NULL, "x") };
	struct steps steps = { list, 3 };

	assert_true(apply_run(&machine, &steps, &err) < 0);
	assert_non_null(strstr(err.text, "nothing was changed"));
	assert_non_null(strstr(err.text, bad));
	expect_file(a, NULL);
	expect_file(b, "old");
	assert_int_equal(unlink(b), 0);
}

static void saved_sysctls_come_back_as_they_were(void **state)
{
	char value[SYSCTL_VALUE_MAX], path[PATHS_MAX + 16];
	cleanup_arena struct arena *arena = arena_new();
	const char **names;
	size_t count;
	struct err err;

	(void)state;
	assert_int_equal(saved_sysctl_get(&paths, "net/a", value, &err), 1);
	assert_int_equal(saved_sysctl_put(&paths, "net/a", "1 2 3", &err), 0);
	assert_int_equal(saved_sysctl_put(&paths, "net/b", "", &err), 0);
	assert_int_equal(saved_sysctl_get(&paths, "net/a", value, &err), 0);
	assert_string_equal(value, "1 2 3");
	assert_int_equal(saved_sysctl_list(&paths, arena, &names, &count, &err), 0);
	assert_int_equal(count, 2);
	assert_string_equal(names[1], "net/b");
	assert_int_equal(saved_sysctl_drop(&paths, "net/a", &err), 0);
	assert_int_equal(saved_sysctl_get(&paths, "net/b", value, &err), 0);
	assert_string_equal(value, "");
	assert_int_equal(saved_sysctl_drop(&paths, "net/b", &err), 0);
	(void)snprintf(path, sizeof(path), "%s/sysctl.saved", paths.run);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void objects_are_told_apart(void **state)
{
	const struct object a = { .kind = OBJECT_ADDRESS, .address = 0xc6120001 };
	const struct object b = { .kind = OBJECT_ADDRESS, .address = 0xc6120002 };
	const struct object route = { .kind = OBJECT_ROUTE, .route = { 0xc6121000, 20 } };
	const struct object_value none = { .present = false, .data = "x", .len = 1 };
	const struct object_value one = { .present = true, .data = "x", .len = 1 };
	const struct object_value two = { .present = true, .data = "y", .len = 1 };
	const struct object_value absent = { .present = false };
	char text[160];

	(void)state;
	assert_true(object_same(&a, &a));
	assert_false(object_same(&a, &b));
	assert_false(object_same(&a, &route));
	assert_true(object_value_equal(&one, &one));
	assert_false(object_value_equal(&one, &two));
	assert_false(object_value_equal(&one, &none));
	assert_true(object_value_equal(&none, &absent));
	assert_string_equal(object_text(&route, text, sizeof(text)), "route 198.18.16.0/20");
}

static int make_root(void **state)
{
	struct err err;

	(void)state;
	if (!mkdtemp(root) || setenv("L2TPGW_RUN", root, 1) < 0)
		return -1;
	machine = machine_here(&paths);
	return paths_load(&paths, &err);
}

static int remove_root(void **state)
{
	(void)state;
	return rmdir(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_are_done_in_order),
		cmocka_unit_test(a_failure_undoes_what_was_done),
		cmocka_unit_test(saved_sysctls_come_back_as_they_were),
		cmocka_unit_test(objects_are_told_apart),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
