/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/suspicion.h"

#include <stdlib.h>
#include <string.h>

#include "base/ip4.h"
#include "base/mem.h"
#include "base/rfc3339.h"

#define NOBODY     0u
#define STILL_ON_S 3600 /* what is written down changes no more often */
#define SEVERAL    1u   /* numbers of users begin behind it */

struct failure {
	int64_t wall;
	uint32_t address;
	bool trusted;
	bool of_user; /* it still speaks against the user */
	uint64_t user;
};

struct standing {
	int64_t seen;
	uint32_t address;
	uint64_t user; /* SEVERAL = not one alone */
};

struct suspicion {
	/* Both have room for as many as there may be, once there is one. */
	struct failure *failures; /* in the order they came */
	size_t failures_count;
	struct standing *standings; /* in no order */
	size_t standings_count;
};

struct suspicion *suspicion_new(void)
{
	return mem_alloc(sizeof(struct suspicion));
}

void suspicion_free(struct suspicion *suspicion)
{
	if (!suspicion)
		return;
	free(suspicion->failures);
	free(suspicion->standings);
	free(suspicion);
}

/*
 * Users by number: FNV-1a, within what JSON's integers hold. Only names of the policy get here, and
 * these nobody chooses so that they collide.
 */
static uint64_t number_of(const char *user)
{
	uint64_t hash = 14695981039346656037u;

	if (!user)
		return NOBODY;
	for (; *user; user++)
		hash = (hash ^ (uint8_t)*user) * 1099511628211u;
	hash &= INT64_MAX;
	return hash > SEVERAL ? hash : SEVERAL + 1;
}

/* ---- failures ---- */

/* Keeps what `keep` says, in order. */
static void filter(struct suspicion *suspicion,
		   bool (*keep)(struct failure *failure, const struct failure *last),
		   const struct failure *last)
{
	size_t kept = 0;

	for (size_t i = 0; i < suspicion->failures_count; i++) {
		struct failure failure = suspicion->failures[i];

		if (keep(&failure, last))
			suspicion->failures[kept++] = failure;
	}
	suspicion->failures_count = kept;
}

static void forget_before(struct suspicion *suspicion, int64_t wall)
{
	size_t over = 0;

	while (over < suspicion->failures_count && suspicion->failures[over].wall < wall)
		over++;
	if (!over)
		return;
	suspicion->failures_count -= over;
	memmove(suspicion->failures, suspicion->failures + over,
		suspicion->failures_count * sizeof(struct failure));
}

static void remember(struct suspicion *suspicion, const struct failure *failure)
{
	if (!suspicion->failures)
		suspicion->failures = mem_alloc(SUSPICION_FAILURES_MAX * sizeof(*failure));
	if (suspicion->failures_count == SUSPICION_FAILURES_MAX) {
		suspicion->failures_count--;
		memmove(suspicion->failures, suspicion->failures + 1,
			suspicion->failures_count * sizeof(*failure));
	}
	suspicion->failures[suspicion->failures_count++] = *failure;
}

static bool same_address(const struct failure *a, const struct failure *b)
{
	return a->address == b->address && !a->trusted;
}

static bool same_user(const struct failure *a, const struct failure *b)
{
	return a->user == b->user && b->user != NOBODY && !a->trusted && a->of_user;
}

static bool same_user_there(const struct failure *a, const struct failure *b)
{
	return a->user == b->user && a->address == b->address && a->trusted;
}

static unsigned count(const struct suspicion *suspicion, const struct failure *last,
		      bool (*same)(const struct failure *a, const struct failure *b))
{
	unsigned total = 0;

	for (size_t i = 0; i < suspicion->failures_count; i++)
		total += same(&suspicion->failures[i], last);
	return total;
}

static bool keep_other_address(struct failure *failure, const struct failure *last)
{
	return !same_address(failure, last);
}

static bool keep_other_user_there(struct failure *failure, const struct failure *last)
{
	return !same_user_there(failure, last);
}

/* They still speak against their addresses. */
static bool keep_without_user(struct failure *failure, const struct failure *last)
{
	failure->of_user &= !same_user(failure, last);
	return true;
}

static bool keep_but_passed(struct failure *failure, const struct failure *passed)
{
	return failure->address != passed->address ||
	       (failure->trusted && failure->user != passed->user);
}

static enum suspicion_verdict judge(struct suspicion *suspicion, unsigned most,
				    const struct failure *last)
{
	if (last->trusted) {
		if (count(suspicion, last, same_user_there) < most)
			return SUSPICION_NONE;
		filter(suspicion, keep_other_user_there, last);
		return SUSPICION_OF_USER_THERE;
	}
	if (count(suspicion, last, same_address) >= most) {
		filter(suspicion, keep_other_address, last);
		return SUSPICION_OF_ADDRESS;
	}
	if (count(suspicion, last, same_user) < most)
		return SUSPICION_NONE;
	filter(suspicion, keep_without_user, last);
	return SUSPICION_OF_USER;
}

enum suspicion_verdict suspicion_failed(struct suspicion *suspicion,
					const struct suspicion_rule *rule,
					const struct suspicion_failure *failure)
{
	const struct failure last = {
		.wall = failure->wall,
		.address = failure->address,
		.trusted = failure->trusted,
		.of_user = true,
		.user = number_of(failure->user),
	};

	/* Names that nobody has can be made up without end, and open nothing. */
	if (last.trusted && last.user == NOBODY)
		return SUSPICION_NONE;
	forget_before(suspicion, failure->wall - rule->window + 1);
	remember(suspicion, &last);
	return judge(suspicion, rule->failures, &last);
}

/* ---- good standing ---- */

static struct standing *find(const struct suspicion *suspicion, int64_t wall, uint32_t address)
{
	for (size_t i = 0; i < suspicion->standings_count; i++) {
		struct standing *standing = &suspicion->standings[i];

		if (standing->address == address)
			return standing->seen + SUSPICION_STANDING_S > wall ? standing : NULL;
	}
	return NULL;
}

/* The entry of that address or of none, or else the one that was seen longest ago. */
static struct standing *room_for(struct suspicion *suspicion, uint32_t address)
{
	struct standing *oldest;

	if (!suspicion->standings)
		suspicion->standings = mem_alloc(SUSPICION_STANDINGS_MAX * sizeof(*oldest));
	oldest = suspicion->standings;
	for (size_t i = 0; i < suspicion->standings_count; i++) {
		struct standing *standing = &suspicion->standings[i];

		if (standing->address == address)
			return standing;
		if (standing->seen < oldest->seen)
			oldest = standing;
	}
	if (suspicion->standings_count < SUSPICION_STANDINGS_MAX)
		return &suspicion->standings[suspicion->standings_count++];
	return oldest;
}

void suspicion_was_on(struct suspicion *suspicion, int64_t wall, uint32_t address, const char *user)
{
	const struct standing *known = find(suspicion, wall, address);
	bool other = known && known->user != number_of(user);
	struct standing *standing = room_for(suspicion, address);

	*standing = (struct standing){ .seen = wall,
				       .address = address,
				       .user = other ? SEVERAL : number_of(user) };
}

void suspicion_still_on(struct suspicion *suspicion, int64_t wall, uint32_t address,
			const char *user)
{
	const struct standing *known = find(suspicion, wall, address);

	if (!known || (known->user == number_of(user) && known->seen <= wall - STILL_ON_S))
		suspicion_was_on(suspicion, wall, address, user);
}

void suspicion_passed(struct suspicion *suspicion, int64_t wall, uint32_t address, const char *user)
{
	const struct failure passed = { .address = address, .user = number_of(user) };

	suspicion_was_on(suspicion, wall, address, user);
	filter(suspicion, keep_but_passed, &passed);
}

bool suspicion_trusts(const struct suspicion *suspicion, int64_t wall, uint32_t address)
{
	return find(suspicion, wall, address) != NULL;
}

bool suspicion_is_only(const struct suspicion *suspicion, int64_t wall, uint32_t address,
		       const char *user)
{
	const struct standing *standing = find(suspicion, wall, address);

	return !standing || standing->user == number_of(user);
}

/* ---- in a file ---- */

json_t *suspicion_encode(const struct suspicion *suspicion, int64_t wall)
{
	json_t *list = json_array();

	for (size_t i = 0; i < suspicion->standings_count; i++) {
		const struct standing *standing = &suspicion->standings[i];
		char peer[IP4_TEXT_MAX], seen[RFC3339_MAX];

		if (standing->seen + SUSPICION_STANDING_S <= wall ||
		    !rfc3339_text(standing->seen, seen))
			continue;
		json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "peer",
						      ip4_text(standing->address, peer), "seen",
						      seen, "user", (json_int_t)standing->user));
	}
	return list;
}

static bool decode(const json_t *json, int64_t wall, struct standing *standing)
{
	const char *peer = json_string_value(json_object_get(json, "peer"));
	const char *seen = json_string_value(json_object_get(json, "seen"));
	json_int_t user = json_integer_value(json_object_get(json, "user"));

	standing->user = user > (json_int_t)SEVERAL ? (uint64_t)user : SEVERAL;
	return peer && ip4_parse(peer, &standing->address) && seen &&
	       rfc3339_parse(seen, &standing->seen) && standing->seen <= wall &&
	       standing->seen + SUSPICION_STANDING_S > wall;
}

void suspicion_decode(struct suspicion *suspicion, int64_t wall, const json_t *list)
{
	const json_t *item;
	size_t i;

	suspicion->standings_count = 0;
	json_array_foreach(list, i, item)
	{
		struct standing standing;

		if (decode(item, wall, &standing))
			*room_for(suspicion, standing.address) = standing;
	}
}
