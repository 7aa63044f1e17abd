/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/sha256.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>

const char *sha256_text(const void *data, size_t len, char out[SHA256_TEXT_MAX])
{
	struct sha256_ctx context;
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_init(&context);
	sha256_update(&context, len, data);
	sha256_digest(&context, sizeof(digest), digest);
	base16_encode_update(out, sizeof(digest), digest);
	out[2 * sizeof(digest)] = '\0';
	return out;
}
