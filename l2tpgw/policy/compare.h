/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_COMPARE_H
#define L2TPGW_POLICY_COMPARE_H

/*
 * What differs between two policies, key by key, in what they come to mean: a default that is
 * written out, "60s" for "1m", the order of users or a comment are no difference; a proposal that
 * follows from another client, or an MTU that follows from another WAN, is one. Pure.
 */
#include <stddef.h>

#include "policy/keys.h"
#include "policy/policy.h"

enum difference_kind { DIFFERENCE_ADDED, DIFFERENCE_CHANGED, DIFFERENCE_REMOVED };

struct difference {
	const struct key *key; /* of a user or group that comes or goes: that of the items */
	const char *path;      /* "ipsec.dpd"; of a user's or group's keys the name alone,
				  "password"; "" of one as a whole */
	const char *user;      /* NULL = it is no user's */
	const char *group;     /* NULL = it is no group's */
	enum difference_kind kind;
	enum key_impact impact;
	const char *before, *after; /* for people; NULL for secrets, and for one as a whole */
};

struct differences {
	struct difference *list; /* keys in the order of the table, then groups, users by name */
	size_t count;
};

/* What the list points to lives in the arena, and names in the policies. */
void policy_compare(const struct policy *before, const struct policy *after, struct arena *arena,
		    struct differences *differences);

#endif
