/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_CHANGE_H
#define L2TPGW_APPLY_CHANGE_H

/*
 * What an apply does, told to people and programs: one change an effect, with whom it touches.
 * Nothing here is secret, and nothing is done here.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/mem.h"
#include "policy/keys.h"

enum change_action { CHANGE_ADD, CHANGE_SET, CHANGE_REMOVE };

enum change_result {
	CHANGE_PENDING, /* not yet, or it is only a plan */
	CHANGE_DONE,
	CHANGE_FAILED, /* it could not be done, and changed nothing */
	CHANGE_UNDONE,
	CHANGE_LEFT, /* it could not be undone */
};

struct change_drop {
	const char *user;    /* "" = nobody has logged in yet */
	const char *session; /* its id */
};

struct change {
	const char *object; /* "sysctl net/ipv4/ip_forward", "connection l2tpgw", "user alice" */
	enum change_action action;
	enum key_impact impact;
	const char *detail; /* for people; NULL = nothing to add */
	struct change_drop *drops;
	size_t drops_count;
	enum change_result result;
};

struct changes {
	struct arena *arena; /* the caller's; owns everything below */
	struct change *list;
	size_t count;
};

/* Appends one; the texts are copied. Valid until the next one is added. */
struct change *change_add(struct changes *changes, const char *object, enum change_action action,
			  enum key_impact impact, const char *detail);
void change_drops(struct changes *changes, struct change *change, const char *user,
		  const char *session);
/* Sessions that end by any of the changes, each counted once. */
size_t changes_dropped(const struct changes *changes);

/* "live", "new sessions", "rolling", "drops 2 (alice, bob)"; appended. */
void change_impact_text(const struct change *change, struct buf *out);
const char *change_action_name(enum change_action action); /* "add", "change", "remove" */
const char *change_result_name(enum change_result result); /* "pending", "done", … */
/* {"object", "action", "impact", "detail", "drops": [{"user", "session"}], "result"} */
json_t *change_json(const struct change *change);
/* A list of them. */
json_t *changes_json(const struct changes *changes);
/* The same read back, as the other side of a socket or a file says it; false if it is none. */
bool change_parse(struct changes *changes, const json_t *json);

#endif
