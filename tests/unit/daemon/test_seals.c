/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "../drive/tmpdir.h"
#include "base/buf.h"
#include "base/file.h"
#include "daemon/seals.h"

static struct paths paths;
static struct policy_user users[2];
static struct policy policy;

static int make(void **state)
{
	struct err err;

	users[0] = (struct policy_user){ .name = "alice", .password = "wonderland" };
	users[1] =
	    (struct policy_user){ .name = "beth", .nt_hash = (const uint8_t *)"0123456789abcdef" };
	policy = (struct policy){ .users = users, .users_count = 2 };
	policy.ipsec.psk = "a shared secret";
	policy.ipsec.psk_len = strlen(policy.ipsec.psk);
	if (tmpdir_make(state) < 0 || setenv("L2TPGW_RUN", tmpdir, 1) < 0 ||
	    paths_load(&paths, &err) < 0)
		return -1;
	return seals_write(&paths, &policy, &err);
}

static void expect(const char *what)
{
	char text[160];

	assert_int_equal(seals_broken(&paths, &policy, text, sizeof(text)), *what != '\0');
	assert_string_equal(text, what);
}

static void what_is_the_same_is_known(void **state)
{
	(void)state;
	expect("");
	users[0].expires = 1; /* no secret */
	expect("");
}

static void what_differs_is_named(void **state)
{
	(void)state;
	policy.ipsec.psk = "A shared secret";
	expect("the pre-shared key");
	users[1].nt_hash = (const uint8_t *)"0123456789abcdeF";
	expect("the pre-shared key and passwords of users");
	policy.ipsec.psk = "a shared secret";
	expect("passwords of users");
	users[1].nt_hash = (const uint8_t *)"0123456789abcdef";
	users[0].password = "";
	expect("passwords of users");
}

static void nobody_can_read_secrets_from_it(void **state)
{
	cleanup_buf struct buf first = BUF_INIT, second = BUF_INIT;
	struct stat st;
	struct err err;

	(void)state;
	assert_int_equal(stat(tmpdir_path("seals"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_read(tmpdir_path("seals"), 4096, &first, &err), 0);
	assert_null(strstr(buf_text(&first), "secret"));
	/* Salted: the same secrets look like others elsewhere. */
	assert_int_equal(seals_write(&paths, &policy, &err), 0);
	assert_int_equal(file_read(tmpdir_path("seals"), 4096, &second, &err), 0);
	assert_string_not_equal(buf_text(&first), buf_text(&second));
}

static void damage_says_nothing(void **state)
{
	static const char *const damaged[] = { "", "x", "0123\n4567\n", "\n\n\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		tmpdir_write("seals", damaged[i]);
		expect("");
	}
	assert_int_equal(unlink(tmpdir_path("seals")), 0);
	expect("");
}

#define seals_test(f) cmocka_unit_test_setup_teardown(f, make, tmpdir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		seals_test(what_is_the_same_is_known),
		seals_test(what_differs_is_named),
		seals_test(nobody_can_read_secrets_from_it),
		seals_test(damage_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
