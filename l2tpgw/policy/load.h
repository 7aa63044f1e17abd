/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_LOAD_H
#define L2TPGW_POLICY_LOAD_H

/*
 * The inside of policy_load(): decode.c walks the JSON values along the table of keys, set.c stores
 * what it finds, check*.c judge the whole. All go on after an error, so that
 * every error is reported; a value in error is simply not stored.
 */
#include <jansson.h>

#include "base/buf.h"
#include "policy/keys.h"
#include "policy/policy.h"
#include "policy/proposals.h"

struct value {
	enum key_form form;
	const json_t *json;
	const char *text; /* all string forms */
	long long number; /* integer; duration in seconds; rate in bits a second */
	bool flag;
	unsigned word; /* index in key->words */
	uint32_t address;
	struct ip4_net net;
};

struct load_user { /* a user with its place in the list */
	struct policy_user user;
	size_t index;
};

struct load_proposal { /* one the policy itself names */
	enum proposal_use use;
	const char *text;
	const char *pointer;
};

struct load {
	struct policy *policy;
	struct arena *arena; /* of the policy */
	const struct host *host;
	const struct policy_io *io;
	struct diags *diags;
	struct buf path; /* JSON pointer of the value at hand */

	struct load_user *users;
	size_t users_count;
	struct load_proposal *proposals;
	size_t proposals_count;
	/* What the policy says itself; the rest is computed. */
	bool dns_given, sessions_given;
	bool in_defaults; /* the value at hand comes from the table */
};

/* Diagnoses about the value at hand, about its key, or about any other value. */
void load_error(struct load *load, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void load_key_error(struct load *load, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void load_warning(struct load *load, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void load_error_at(struct load *load, const char *pointer, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void load_warning_at(struct load *load, const char *pointer, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The value at hand as people write it: "users[3].address". */
const char *load_path(struct load *load);
/* User's text shortened for a message; from the arena of the diagnoses. */
const char *load_quote(struct load *load, const char *text);

/* Reads the file that holds a secret, without one line end behind it; false if that is an error. */
bool load_secret(struct load *load, const struct value *value, const char *what,
		 struct buf *secret);

/* Decodes the whole document and fills in the defaults of the table. */
void decode_policy(struct load *load, const json_t *root);
/* Everything that concerns more than one value, and what is computed from others. */
void check_policy(struct load *load);
/* Its part that is about IKE, ESP and what they leave of a packet: mtu and mru. */
void check_ipsec(struct load *load);
/* A group without rules of its own; `name` lives in the arena. */
struct policy_group *load_group(struct load *load, const char *name);
/* Pools, and the gateway's own address. */
void check_addresses(struct load *load);
/* Groups: the default one, and the pools they name; sorts them. */
void check_groups(struct load *load);
/* Of RADIUS: what follows from others. */
void check_radius(struct load *load);
/* Users: duplicates and static addresses; moves them into the policy, sorted. */
void check_users(struct load *load);

#endif
