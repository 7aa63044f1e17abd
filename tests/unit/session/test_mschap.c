/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RFC 2759, 9.2: the hash test vectors, and everything that must not pass. */
#include "unit.h"

#include <string.h>

#include "base/hex.h"
#include "session/mschap.h"

#define CHALLENGE "5B5D7C7D7B3F2F3E3C2C602132262628"
#define PEER      "21402324255E262A28295F2B3A337C7E"
#define RESPONSE  "82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF"
#define VALUE     PEER "0000000000000000" RESPONSE "00"
#define SUCCESS   "S=407A5589115FD0D6209F510FE9C04566932CDA56"

static void hash_of_the_rfc(uint8_t hash[MSCHAP_HASH_SIZE])
{
	mschap_hash("clientPass", hash);
}

static void vectors(void **state)
{
	struct mschap_proof proof;
	uint8_t hash[MSCHAP_HASH_SIZE], response[MSCHAP_RESPONSE_SIZE];
	char text[64], message[MSCHAP_MESSAGE_MAX];

	(void)state;
	hash_of_the_rfc(hash);
	hex_encode(hash, sizeof(hash), text);
	assert_string_equal(text, "44ebba8d5312b8d611474411f56989ae");
	assert_true(mschap_read(&proof, CHALLENGE, VALUE));
	mschap_respond(&proof, "User", hash, response);
	assert_memory_equal(response, proof.response, sizeof(response));
	assert_true(mschap_verify(&proof, "User", hash, message));
	assert_string_equal(message, SUCCESS " M=Access granted");
	assert_true(mschap_verify(&proof, "SALES\\User", hash, message));
	proof.flags = 4;
	assert_true(mschap_verify(&proof, "User", hash, message));
	assert_string_equal(message, SUCCESS);
}

/* MD4 of nothing, and ISO 8859-1 widened to UTF-16. */
static void hashes(void **state)
{
	static const struct {
		const char *password, *hash;
	} rows[] = {
		{ "", "31d6cfe0d16ae931b73c59d7e0c089c0" },
		{ "password", "8846f7eaee8fb117ad06bdd830b7586c" },
		{ "\xe4\xf6\xfc", "d0561b848c182a5cd6e9ee182038cf32" },
	};
	uint8_t hash[MSCHAP_HASH_SIZE];
	char text[64], longest[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mschap_hash(rows[i].password, hash);
		hex_encode(hash, sizeof(hash), text);
		assert_string_equal(text, rows[i].hash);
	}
	memset(longest, 'x', 255);
	longest[255] = '\0';
	mschap_hash(longest, hash);
}

/* Every bit counts: of the challenges, of the response, of the hash, of the name. */
static void any_bit_that_differs_is_a_refusal(void **state)
{
	struct mschap_proof good, proof;
	uint8_t hash[MSCHAP_HASH_SIZE];
	char message[MSCHAP_MESSAGE_MAX];
	uint8_t *bytes = (uint8_t *)&proof;

	(void)state;
	hash_of_the_rfc(hash);
	assert_true(mschap_read(&good, CHALLENGE, VALUE));
	for (size_t bit = 0; bit < 8 * offsetof(struct mschap_proof, flags); bit++) {
		proof = good;
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(mschap_verify(&proof, "User", hash, message));
		assert_string_equal(message, "");
	}
	for (size_t bit = 0; bit < 8 * sizeof(hash); bit++) {
		hash[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(mschap_verify(&good, "User", hash, message));
		hash[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_false(mschap_verify(&good, "user", hash, message));
	assert_false(mschap_verify(&good, "", hash, message));
	assert_true(mschap_verify(&good, "User", hash, message));
}

static void malformed_proofs_are_none(void **state)
{
	struct mschap_proof proof;

	(void)state;
	assert_false(mschap_read(&proof, "", VALUE));
	assert_false(mschap_read(&proof, CHALLENGE "00", VALUE));
	assert_false(mschap_read(&proof, CHALLENGE, ""));
	assert_false(mschap_read(&proof, CHALLENGE, VALUE "00"));
	assert_false(mschap_read(&proof, CHALLENGE, PEER "000000000000000 " RESPONSE "00"));
	assert_false(mschap_read(&proof, CHALLENGE, RESPONSE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(hashes),
		cmocka_unit_test(any_bit_that_differs_is_a_refusal),
		cmocka_unit_test(malformed_proofs_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
