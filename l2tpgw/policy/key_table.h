/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_KEY_TABLE_H
#define L2TPGW_POLICY_KEY_TABLE_H

/* How entries of the table of keys are written; only for the files that hold a part of it. */
#include "base/cleanup.h"
#include "policy/keys.h"
#include "policy/load.h"
#include "policy/set.h"
#include "policy/set_group.h"
#include "policy/set_radius.h"
#include "policy/show.h"
#include "policy/show_group.h"

#define AT(member)       .offset = offsetof(struct policy, member)
#define AT_USER(member)  .offset = offsetof(struct policy_user, member)
#define AT_GROUP(member) .offset = offsetof(struct policy_group, member)
#define RANGE(a, b)      .min = (a), .max = (b)
/* Set and shown by the pair of that name. */
#define STORES(kind) .set = set_##kind, .show = show_##kind
#define KEYS(list)   .keys = (list), .keys_count = array_size(list)
#define WORDS(...)                     \
	.words = (const char *const[]) \
	{                              \
		__VA_ARGS__, NULL      \
	}
#define LATER(...)                           \
	.later_words = (const char *const[]) \
	{                                    \
		__VA_ARGS__, NULL            \
	}

#define MINUTE   60
#define HOUR     (60 * MINUTE)
#define DAY      (24 * HOUR)
#define RATE_MIN 64000 /* bits/s; both are what a token bucket is good for */
#define RATE_MAX 10000000000
#define NAMES    "^[!-~]([ -~]{0,253}[!-~])?$"

#define SECRET_FILE(what)                                                                      \
	"Absolute path of a file with the " what ", best in /etc/l2tpgw (the service sees no " \
	"file of /root, /home, /run/user, /tmp and /var/tmp); one line end behind it is cut off"

/* Of a group or pool. */
#define LABEL "^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$"

extern const struct key keys_group; /* keys_group.c: a member of /groups */
#define KEYS_OF_RADIUS 12
extern const struct key keys_radius[KEYS_OF_RADIUS]; /* keys_radius.c: those of /radius */

#endif
