/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/holders.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "policy/token.h"

#define PLACES 4096 /* at `address % PLACES`: those of one pool hardly meet */

struct holders {
	struct holder {
		uint32_t address;
		uint64_t user; /* a hash */
	} places[PLACES];
};

struct holders *holders_new(void)
{
	return mem_alloc(sizeof(struct holders));
}

void holders_free(struct holders *holders)
{
	free(holders);
}

bool holders_take(struct holders *holders, uint32_t address, const char *user)
{
	struct holder *holder = &holders->places[address % PLACES];
	uint64_t hash = token_hash(TOKEN_HASH_INIT, user, strlen(user));
	bool same = holder->address == address && holder->user == hash;

	*holder = (struct holder){ address, hash };
	return !same;
}
