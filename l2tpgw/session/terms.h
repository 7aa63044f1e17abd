/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_TERMS_H
#define L2TPGW_SESSION_TERMS_H

/*
 * What was decided for a session when its user was let in: made of the user, the group and, if a
 * RADIUS server decided, of its answer. Pure. A zeroed struct means that nothing was decided.
 *
 * What the policy says of a local user is computed anew when the policy changes; of a RADIUS
 * user's terms only what the answer left to the group is.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"

#define TERMS_CLASS_MAX 513 /* of Class, in hexadecimal, with its NUL */

enum terms_source {
	TERMS_NONE, /* nobody logged in */
	TERMS_LOCAL,
	TERMS_RADIUS,
};

/* What a RADIUS server may say; 0, NULL or "" leaves it to the group. */
struct terms_reply {
	const char *group;                               /* Filter-Id */
	const char *pool;                                /* Framed-Pool */
	uint32_t address;                                /* Framed-IP-Address */
	uint32_t idle_timeout, session_timeout, interim; /* seconds */
	struct policy_rate rate;
	const char *class; /* in hexadecimal; as it is to be given back in accounting */
};

struct session_terms {
	enum terms_source source;
	char group[POLICY_NAME_MAX]; /* of the policy; never "" once decided */
	char pool[POLICY_NAME_MAX];  /* "" = addresses.pool */
	uint32_t address;            /* the only one it may have; 0 = any of the pool */
	uint32_t dns[POLICY_DNS_MAX];
	size_t dns_count;                       /* 0 = as in ppp-options (ppp.dns) */
	uint32_t idle_timeout, session_timeout; /* seconds, 0 = never */
	uint32_t interim;                       /* accounting, seconds; 0 = as the policy says */
	struct policy_rate rate;                /* 0 = no limit */
	char class[TERMS_CLASS_MAX];            /* hexadecimal; "" = none */
	/* Of RADIUS: which of these the answer said itself, so that they do not follow the group.
	 */
	struct {
		bool pool, idle_timeout, session_timeout, down, up;
	} said;
};

/* Of a local user. `user` and its group are the policy's. */
void terms_of_user(struct session_terms *terms, const struct policy *policy,
		   const struct policy_user *user);
/*
 * Of a user whom RADIUS let in. False if the answer names a group or pool that the policy does not
 * have, or more Class than fits: whom nobody can place is not let in. No Filter-Id is the default
 * group.
 */
bool terms_of_reply(struct session_terms *terms, const struct policy *policy,
		    const struct terms_reply *reply);
/*
 * Under another policy. False if it has no such user (of a local one), group or pool any more:
 * then they are unchanged, and the session has to end.
 */
bool terms_follow(struct session_terms *terms, const struct policy *policy, const char *user);

/*
 * What a RADIUS server says anew of a user it let in, all but address and pool. False, and nothing
 * changed, if it cannot be.
 */
bool terms_change(struct session_terms *terms, const struct policy *policy,
		  const struct terms_reply *reply);

const char *terms_source_name(enum terms_source source); /* "local", "radius" */

#endif
