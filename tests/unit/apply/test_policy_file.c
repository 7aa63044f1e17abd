/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wan_is_the_one_that_is_named),
		cmocka_unit_test(a_strange_wan_is_a_diagnosis),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
