/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "apply/policy_file.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "drive/netns.h"

static char dir[] = "/tmp/l2tpgw-policy-XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? netns_enter(state) : -1;
}

static int remove_dir(void **state)
{
	char path[64];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/policy.json", dir);
	(void)unlink(path);
	return rmdir(dir);
}

static int load(const char *gateway, struct policy_file *file, struct err *err)
{
	static char path[64];
	char text[512];
	int len =
	    snprintf(text, sizeof(text),
		     "{ \"version\": 1, \"gateway\": { %s },\n"
		     "  \"ipsec\": { \"psk\": \"a key that nobody can guess\" },\n"
		     "  \"users\": [ { \"name\": \"alice\", \"password\": \"wonderland\" } ] }",
		     gateway);

	(void)snprintf(path, sizeof(path), "%s/policy.json", dir);
	assert_int_equal(file_write(path, text, (size_t)len, 0600, false, err), 0);
	*file = (struct policy_file){ .path = path };
	return policy_file_load(file, err);
}

static void the_wan_is_the_one_that_is_named(void **state)
{
	struct policy_file file;
	struct err err = { .code = ERR_NONE };

	(void)state;
	netns_needed();
	netns_add_link("lan0");
	netns_add_address("lan0", 0x0a070801, 22);
	assert_ok(load("\"wan\": \"lan0\"", &file, &err));
	assert_string_equal(file.host.wan, "lan0");
	assert_int_equal(file.host.wan_address, 0x0a070801);
	policy_file_free(&file);
	assert_ok(load("\"wan\": \"auto\"", &file, &err));
	assert_string_equal(file.host.wan, ""); /* there is no default route */
	policy_file_free(&file);
	netns_delete_link("lan0");
}

static void a_strange_wan_is_a_diagnosis(void **state)
{
	static const char *const strange[] = { "\"wan\": 7", "\"wan\": [\"lan0\"]", "\"wan\": null",
					       "\"wan\": \"a/b\"", "\"wan\": " };

	(void)state;
	for (size_t i = 0; i < array_size(strange); i++) {
		struct policy_file file;
		struct err err = { .code = ERR_NONE };

		assert_int_equal(load(strange[i], &file, &err), -1);
		assert_int_equal(err.code, ERR_POLICY);
		policy_file_free(&file);
	}
}

static void put_text(struct buf *text, const char *content)
{
	buf_free(text);
	buf_puts(text, content);
}

static void root_is_needed(void)
{
	if (geteuid() != 0)
		skip();
}

static void a_policy_is_replaced_behind_roots_link(void **state)
{
	cleanup_buf struct buf text = BUF_INIT, back = BUF_INIT;
	char path[64], real[64];
	struct err err = { .code = ERR_NONE };
	struct stat st;

	(void)state;
	root_is_needed();
	(void)snprintf(path, sizeof(path), "%s/policy.json", dir);
	(void)snprintf(real, sizeof(real), "%s/real.json", dir);
	(void)unlink(path);
	put_text(&text, "{}");
	assert_ok(policy_file_write(real, &text, &err));
	assert_int_equal(symlink("real.json", path), 0);
	put_text(&text, "{\"version\": 1}");
	assert_ok(policy_file_write(path, &text, &err));
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_ok(file_read(real, 100, &back, &err));
	assert_string_equal(buf_text(&back), buf_text(&text));
	assert_int_equal(stat(real, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	assert_int_equal(lchown(path, 1, 1), 0);
	assert_int_equal(policy_file_write(path, &text, &err), -1);
	assert_int_equal(err.code, ERR_PERMISSION);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(real), 0);
}

static int refuses(const char *path, enum err_code code, const char *message)
{
	cleanup_policy_file struct policy_file file = { .path = path, .strict = true };
	struct err err = { .code = ERR_NONE };

	return policy_file_load(&file, &err) == -1 && err.code == code && strstr(err.text, message);
}

/* None of them is read, nor waited for. */
static void what_could_be_somebody_elses_is_refused(void **state)
{
	char path[64], real[64];
	struct err err = { .code = ERR_NONE };

	(void)state;
	root_is_needed();
	(void)snprintf(path, sizeof(path), "%s/policy.json", dir);
	(void)snprintf(real, sizeof(real), "%s/real.json", dir);
	assert_true(refuses(dir, ERR_FAILED, "not a regular file"));
	assert_true(refuses(path, ERR_FAILED, "cannot open"));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_true(refuses(path, ERR_FAILED, "not a regular file"));
	assert_int_equal(unlink(path), 0);
	assert_ok(file_write(real, "{}", 2, 0644, false, &err));
	assert_true(refuses(real, ERR_PERMISSION, "chmod 600"));
	assert_ok(file_write(real, "{}", 2, 0600, false, &err));
	assert_int_equal(chown(real, 1, 0), 0);
	assert_true(refuses(real, ERR_PERMISSION, "chown root"));
	assert_int_equal(chown(real, 0, 0), 0);
	assert_true(refuses(real, ERR_POLICY, "missing"));
	assert_int_equal(symlink("real.json", path), 0);
	assert_true(refuses(path, ERR_POLICY, "missing"));
	assert_int_equal(lchown(path, 1, 1), 0);
	assert_true(refuses(path, ERR_PERMISSION, "chown -h root"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(real), 0);
}

/* Somebody writes it all the time, until this process has ended. */
static pid_t keep_writing(const char *path)
{
	pid_t parent = getpid(), child = fork();
	int fd;

	assert_true(child >= 0);
	if (child > 0)
		return child;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	while (getppid() == parent) {
		if (ftruncate(fd, POLICY_BYTES_MAX / 4) < 0 ||
		    ftruncate(fd, POLICY_BYTES_MAX / 2) < 0)
			break;
	}
	_exit(1);
}

static void what_changes_while_it_is_read_is_refused(void **state)
{
	const time_t end = time(NULL) + 60;
	bool seen = false;
	char path[64];
	struct err err = { .code = ERR_NONE };
	pid_t child;

	(void)state;
	root_is_needed();
	(void)snprintf(path, sizeof(path), "%s/policy.json", dir);
	assert_ok(file_write(path, "{}", 2, 0600, false, &err));
	child = keep_writing(path);
	while (!seen && time(NULL) < end)
		seen = refuses(path, ERR_FAILED, "was changed while it was read; try again");
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_true(seen);
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wan_is_the_one_that_is_named),
		cmocka_unit_test(a_strange_wan_is_a_diagnosis),
		cmocka_unit_test(a_policy_is_replaced_behind_roots_link),
		cmocka_unit_test(what_could_be_somebody_elses_is_refused),
		cmocka_unit_test(what_changes_while_it_is_read_is_refused),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
