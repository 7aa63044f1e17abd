/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/replays.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const struct replay *replays_find(const struct replays *replays, uint32_t from,
				  const uint8_t authenticator[RADIUS_AUTH_SIZE], int64_t now)
{
	for (size_t i = 0; i < REPLAYS_MAX; i++) {
		const struct replay *replay = &replays->list[i];

		if (replay->until > now && replay->from == from &&
		    !memcmp(replay->authenticator, authenticator, RADIUS_AUTH_SIZE))
			return replay;
	}
	return NULL;
}

static const struct replay *free_place(const struct replays *replays, int64_t now)
{
	for (size_t i = 0; i < REPLAYS_MAX; i++) {
		if (replays->list[i].until <= now)
			return &replays->list[i];
	}
	return NULL;
}

bool replays_full(const struct replays *replays, int64_t now)
{
	return !free_place(replays, now);
}

bool replays_add(struct replays *replays, uint32_t from,
		 const uint8_t authenticator[RADIUS_AUTH_SIZE], const struct radius_packet *answer,
		 int64_t now)
{
	const struct replay *place = free_place(replays, now);
	struct replay *replay;

	if (!place)
		return false;
	replay = &replays->list[place - replays->list];
	free(replay->answer);
	*replay = (struct replay){ .until = now + REPLAYS_SECONDS,
				   .from = from,
				   .answer = mem_alloc(answer->len),
				   .len = answer->len };
	memcpy(replay->authenticator, authenticator, RADIUS_AUTH_SIZE);
	memcpy(replay->answer, answer->data, answer->len);
	return true;
}

void replays_free(struct replays *replays)
{
	for (size_t i = 0; i < REPLAYS_MAX; i++)
		free(replays->list[i].answer);
	memset(replays, 0, sizeof(*replays));
}
