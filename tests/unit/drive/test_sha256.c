/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "drive/sha256.h"

/* Of NIST's examples for FIPS 180-4. */
static void known_texts_have_known_digests(void **state)
{
	char out[SHA256_TEXT_MAX];

	(void)state;
	assert_string_equal(sha256_text("", 0, out),
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_string_equal(sha256_text("abc", 3, out),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts_have_known_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
