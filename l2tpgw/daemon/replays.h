/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_REPLAYS_H
#define L2TPGW_DAEMON_REPLAYS_H

/*
 * Requests that were carried out lately, with what they were answered: one that comes again is
 * answered again, and nothing more (RFC 5176, 2.3 and 6.3). Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drive/radius_wire.h"

#define REPLAYS_MAX     8192 /* two for each slot there is */
#define REPLAYS_SECONDS 600  /* twice as long as a request is taken for a new one */

struct replay {
	int64_t until; /* wall seconds; 0 = the place is free */
	uint32_t from;
	uint8_t authenticator[RADIUS_AUTH_SIZE];
	uint8_t *answer;
	size_t len;
};

struct replays {
	struct replay list[REPLAYS_MAX];
};

/* NULL if it has not been seen. */
const struct replay *replays_find(const struct replays *replays, uint32_t from,
				  const uint8_t authenticator[RADIUS_AUTH_SIZE], int64_t now);
/* False if there is no room: then it must not be carried out. */
bool replays_add(struct replays *replays, uint32_t from,
		 const uint8_t authenticator[RADIUS_AUTH_SIZE], const struct radius_packet *answer,
		 int64_t now);
bool replays_full(const struct replays *replays, int64_t now);
void replays_free(struct replays *replays);

#endif
