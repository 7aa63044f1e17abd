/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "policy/mask.h"

static void masks(const char *text, const char *expected)
{
	cleanup_buf struct buf out = BUF_INIT;

	mask_text(text, strlen(text), &out);
	assert_string_equal(buf_text(&out), expected);
}

static void only_what_is_known_to_be_harmless_shows(void **state)
{
	(void)state;
	masks("", "");
	masks("\n{ \"version\": 1,\n  \"ipsec\": { \"psk\": \"" FIXTURE_PSK
	      "\", \"dpd\": \"30s\" },\n"
	      "  \"users\": [ { \"password\": \"" FIXTURE_PASSWORD
	      "\", \"name\": \"alice\" } ] }\n",
	      "\n{ \"version\": 1,\n  \"ipsec\": { \"psk\": \"********\", \"dpd\": \"30s\" },\n"
	      "  \"users\": [ { \"password\": \"********\", \"name\": \"alice\" } ] }\n");
	masks("{\"psk\": {\"file\": \"/etc/psk\"}, \"adress\": \"x\", \"n\": 17}",
	      "{\"psk\": {\"file\": \"/etc/psk\"}, \"adress\": \"********\", \"n\": ********}");
	masks("\"all alone\"", "\"********\"");
	masks("{\"password\": [\"a\", \"b\"", "{\"password\": [\"********\", \"********\"");
	masks("{\"password\": \"never ends\n", "{\"password\": \"********\"\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_known_to_be_harmless_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
