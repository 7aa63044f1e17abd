/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_MSCHAP_H
#define L2TPGW_SESSION_MSCHAP_H

/* MS-CHAPv2 (RFC 2759), the gateway's side of it. Pure. What is derived on the way is wiped. */
#include <stdbool.h>
#include <stdint.h>

#define MSCHAP_CHALLENGE_SIZE 16
#define MSCHAP_RESPONSE_SIZE  24
#define MSCHAP_VALUE_SIZE     49 /* of a Response packet: RFC 2759, 4 */
#define MSCHAP_HASH_SIZE      16
#define MSCHAP_MESSAGE_MAX    64 /* of a Success packet, with its NUL */

/* What a client answered to which challenge. */
struct mschap_proof {
	uint8_t challenge[MSCHAP_CHALLENGE_SIZE];
	uint8_t peer_challenge[MSCHAP_CHALLENGE_SIZE];
	uint8_t response[MSCHAP_RESPONSE_SIZE];
	uint8_t flags; /* 0, but some clients have 4 there */
};

/* Both in hexadecimal digits, the second the Value of the Response packet; false if they are not.
 */
bool mschap_read(struct mschap_proof *proof, const char *challenge, const char *value);
/* The NT hash of a password in ISO 8859-1 (policy/names.h). */
void mschap_hash(const char *password, uint8_t hash[MSCHAP_HASH_SIZE]);
/* What a client with that hash answers to the challenges of `proof` (RFC 2759, 8.1). */
void mschap_respond(const struct mschap_proof *proof, const char *user,
		    const uint8_t hash[MSCHAP_HASH_SIZE], uint8_t response[MSCHAP_RESPONSE_SIZE]);
/*
 * Whether the proof is that of somebody who has the password; then `message` is what shows the
 * client that we have it too. A domain in front of the user's name ("DOMAIN\user") is left out as
 * the RFC wants it. Takes the same time wherever the two responses differ.
 */
bool mschap_verify(const struct mschap_proof *proof, const char *user,
		   const uint8_t hash[MSCHAP_HASH_SIZE], char message[MSCHAP_MESSAGE_MAX]);

#endif
