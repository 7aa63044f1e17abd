/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_SUSPICION_H
#define L2TPGW_SESSION_SUSPICION_H

/*
 * Who keeps failing to log in, and from where: when is it an attack, and whose? Counted are
 * failures within a window of time, by address and by user. Pure; times are wall seconds, because
 * what is known of good standing outlives l2tpgwd.
 *
 * An address from which somebody logged in during the last day is in good standing. Many may share
 * it, so there the failures of each user are counted for themselves, and they never speak against
 * the address, nor against the user elsewhere. From all other addresses they speak against both:
 * guesses from one address end with that address, guesses at one user's password from many
 * addresses with the user, but not where somebody is known to log in from.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUSPICION_STANDING_S    86400 /* how long a login speaks for its address */
#define SUSPICION_STANDINGS_MAX 16384 /* addresses; the oldest one gives way */
#define SUSPICION_FAILURES_MAX  16384 /* failures remembered; the oldest one gives way */

struct suspicion;

struct suspicion_rule {
	unsigned failures; /* this many, 1 at least */
	uint32_t window;   /* within so many seconds */
};

struct suspicion_failure {
	int64_t wall;
	uint32_t address;
	const char *user; /* one that there is; NULL = none, or not known */
	bool trusted;     /* the address is in good standing: see suspicion_trusts() */
};

/* Whom it has become too much of. Then the failures it was made of are forgotten. */
enum suspicion_verdict {
	SUSPICION_NONE,
	SUSPICION_OF_ADDRESS,
	SUSPICION_OF_USER_THERE, /* the user, from that address in good standing */
	SUSPICION_OF_USER,       /* the user, from addresses that are not in good standing */
};

struct suspicion *suspicion_new(void);
void suspicion_free(struct suspicion *suspicion); /* NULL is fine */

enum suspicion_verdict suspicion_failed(struct suspicion *suspicion,
					const struct suspicion_rule *rule,
					const struct suspicion_failure *failure);
/* A user was on from there until now: good for the address, but proves nothing of what failed. */
void suspicion_was_on(struct suspicion *suspicion, int64_t wall, uint32_t address,
		      const char *user);
/* A user is still on from there: the standing that it gave the address does not grow old. */
void suspicion_still_on(struct suspicion *suspicion, int64_t wall, uint32_t address,
			const char *user);
/* A user has logged in from there: what failed of that user there is forgotten, too. */
void suspicion_passed(struct suspicion *suspicion, int64_t wall, uint32_t address,
		      const char *user);
bool suspicion_trusts(const struct suspicion *suspicion, int64_t wall, uint32_t address);
/* Nobody but that user has given the address its standing; also if it has none. */
bool suspicion_is_only(const struct suspicion *suspicion, int64_t wall, uint32_t address,
		       const char *user);

/*
 * Good standing as it is kept in a file: [{"peer", "seen", "user"}], the user as a number that
 * tells one from another. What cannot be read has none. The caller owns the reference.
 */
json_t *suspicion_encode(const struct suspicion *suspicion, int64_t wall);
void suspicion_decode(struct suspicion *suspicion, int64_t wall, const json_t *list);

#endif
