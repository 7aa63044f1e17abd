/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/secret.h"

#include <errno.h>
#include <sys/random.h>

static const char alphabet[33] = "abcdefghijkmnpqrstuvwxyz23456789";

int secret_generate(char *out, size_t len, struct err *err)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte;

		if (getrandom(&byte, 1, 0) != 1)
			return err_errno(err, errno, "no random numbers");
		out[i] = alphabet[byte & 31];
	}
	out[len] = '\0';
	return 0;
}
