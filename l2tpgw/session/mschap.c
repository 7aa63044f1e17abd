/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/mschap.h"

#include <nettle/des.h>
#include <nettle/md4.h>
#include <nettle/memops.h>
#include <nettle/sha1.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"

#define NT_RESPONSE_AT 24 /* in the Value: challenge, 8 reserved bytes, response, flags */
#define FLAGS_AT       48
#define DES_PART       7 /* bytes of the hash that make one key */

bool mschap_read(struct mschap_proof *proof, const char *challenge, const char *value)
{
	uint8_t bytes[MSCHAP_VALUE_SIZE];

	if (!hex_decode(challenge, proof->challenge, sizeof(proof->challenge)) ||
	    !hex_decode(value, bytes, sizeof(bytes)))
		return false;
	memcpy(proof->peer_challenge, bytes, sizeof(proof->peer_challenge));
	memcpy(proof->response, bytes + NT_RESPONSE_AT, sizeof(proof->response));
	proof->flags = bytes[FLAGS_AT];
	return true;
}

static void md4(const uint8_t *data, size_t len, uint8_t hash[MSCHAP_HASH_SIZE])
{
	struct md4_ctx md4;

	md4_init(&md4);
	md4_update(&md4, len, data);
	md4_digest(&md4, MSCHAP_HASH_SIZE, hash);
	explicit_bzero(&md4, sizeof(md4));
}

/* NtPasswordHash(), 8.3: MD4 of the password in UTF-16. */
void mschap_hash(const char *password, uint8_t hash[MSCHAP_HASH_SIZE])
{
	uint8_t wide[2 * 256] = { 0 };
	size_t len = strnlen(password, sizeof(wide) / 2);

	for (size_t i = 0; i < len; i++)
		wide[2 * i] = (uint8_t)password[i];
	md4(wide, 2 * len, hash);
	explicit_bzero(wide, sizeof(wide));
}

/* ChallengeHash(), 8.2. */
static void challenge_hash(const struct mschap_proof *proof, const char *user, uint8_t out[8])
{
	const char *domain_end = strrchr(user, '\\');
	const char *name = domain_end ? domain_end + 1 : user;
	struct sha1_ctx sha1;

	sha1_init(&sha1);
	sha1_update(&sha1, sizeof(proof->peer_challenge), proof->peer_challenge);
	sha1_update(&sha1, sizeof(proof->challenge), proof->challenge);
	sha1_update(&sha1, strlen(name), (const uint8_t *)name);
	sha1_digest(&sha1, 8, out);
}

/* DesEncrypt(), 8.6: 56 bits of key, spread over 64 with room for the parity. */
static void des_block(const uint8_t part[DES_PART], const uint8_t clear[8], uint8_t out[8])
{
	struct des_ctx des;
	uint8_t key[8];

	for (unsigned i = 0; i < 8; i++) {
		unsigned above = i ? (unsigned)part[i - 1] << 8 : 0;
		unsigned bits = above | (i < DES_PART ? part[i] : 0u);

		key[i] = (uint8_t)(bits >> i & 0xfe);
	}
	des_fix_parity(sizeof(key), key, key);
	(void)des_set_key(&des, key); /* weak keys are as good as others here */
	des_encrypt(&des, 8, out, clear);
	explicit_bzero(&des, sizeof(des));
	explicit_bzero(key, sizeof(key));
}

void mschap_respond(const struct mschap_proof *proof, const char *user,
		    const uint8_t hash[MSCHAP_HASH_SIZE], uint8_t response[MSCHAP_RESPONSE_SIZE])
{
	uint8_t padded[3 * DES_PART] = { 0 };
	uint8_t challenge[8];

	challenge_hash(proof, user, challenge);
	memcpy(padded, hash, MSCHAP_HASH_SIZE);
	for (unsigned i = 0; i < 3; i++)
		des_block(padded + i * DES_PART, challenge, response + 8u * i);
	explicit_bzero(padded, sizeof(padded));
}

/* GenerateAuthenticatorResponse(), 8.7. */
static void authenticator_response(const struct mschap_proof *proof, const char *user,
				   const uint8_t hash[MSCHAP_HASH_SIZE],
				   uint8_t out[SHA1_DIGEST_SIZE])
{
	static const char magic1[] = "Magic server to client signing constant";
	static const char magic2[] = "Pad to make it do more than one iteration";
	uint8_t hash_hash[MSCHAP_HASH_SIZE], challenge[8];
	struct sha1_ctx sha1;

	md4(hash, MSCHAP_HASH_SIZE, hash_hash);
	sha1_init(&sha1);
	sha1_update(&sha1, sizeof(hash_hash), hash_hash);
	sha1_update(&sha1, sizeof(proof->response), proof->response);
	sha1_update(&sha1, sizeof(magic1) - 1, (const uint8_t *)magic1);
	sha1_digest(&sha1, SHA1_DIGEST_SIZE, out);
	challenge_hash(proof, user, challenge);
	sha1_update(&sha1, SHA1_DIGEST_SIZE, out);
	sha1_update(&sha1, sizeof(challenge), challenge);
	sha1_update(&sha1, sizeof(magic2) - 1, (const uint8_t *)magic2);
	sha1_digest(&sha1, SHA1_DIGEST_SIZE, out);
	explicit_bzero(hash_hash, sizeof(hash_hash));
	explicit_bzero(&sha1, sizeof(sha1));
}

bool mschap_verify(const struct mschap_proof *proof, const char *user,
		   const uint8_t hash[MSCHAP_HASH_SIZE], char message[MSCHAP_MESSAGE_MAX])
{
	uint8_t expected[MSCHAP_RESPONSE_SIZE], digest[SHA1_DIGEST_SIZE];
	bool same;

	mschap_respond(proof, user, hash, expected);
	same = memeql_sec(expected, proof->response, sizeof(expected));
	explicit_bzero(expected, sizeof(expected));
	*message = '\0';
	if (!same)
		return false;
	authenticator_response(proof, user, hash, digest);
	memcpy(message, "S=", 2);
	for (size_t i = 0; i < sizeof(digest); i++)
		(void)snprintf(message + 2 + 2 * i, 3, "%02X", digest[i]);
	/* Clients that set flags take the text for a part of the number (pppd, chap_ms.c). */
	if (!proof->flags)
		(void)strcat(message, " M=Access granted");
	return true;
}
