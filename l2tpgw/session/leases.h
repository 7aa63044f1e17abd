/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_LEASES_H
#define L2TPGW_SESSION_LEASES_H

/*
 * Who had which address last, so that everybody gets the same one again: also from another policy,
 * and after l2tpgwd or the machine was started anew. It says what a user would like, not what there
 * is: whether the address can be had is for the pools to say.
 */
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "policy/policy.h"

#define LEASES_MAX POLICY_USERS_MAX /* users; who had one longest ago gives way */

struct leases {
	/* In the order of their use, the last one last; room for all, once there is one. */
	struct lease {
		uint64_t user; /* a number that tells one from another */
		uint32_t address;
	} * list;
	size_t count;
	uint64_t changes;
};

void leases_free(struct leases *leases);
void leases_note(struct leases *leases, const char *user, uint32_t address);
/* 0 = none is known. */
uint32_t leases_last(const struct leases *leases, const char *user);

struct session_table;

/*
 * As they are kept in a file: {"format": 1, "leases": [{"user", "address"}]}. -1 with *err for what
 * is no such file, or of another format; then there are none.
 */
json_t *session_leases_encode(const struct session_table *table);
int session_leases_decode(struct session_table *table, const char *text, size_t len,
			  struct err *err);
/* Another number whenever they are others. */
uint64_t session_leases_changes(const struct session_table *table);

#endif
