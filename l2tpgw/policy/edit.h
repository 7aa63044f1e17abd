/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_EDIT_H
#define L2TPGW_POLICY_EDIT_H

/*
 * Edits of the users in a policy's text. What is not edited stays byte for byte: order, comments in
 * values, indentation, line ends. What is added looks like what stands beside it. Pure.
 *
 * The text need not be a valid policy, only a JSON object whose "users", if there are any, is a
 * list; else the result is ERR_POLICY. Nothing here judges names or values: check the outcome with
 * policy_load(). `out` is appended to on success and left alone on failure; it holds secrets as
 * the text does.
 */
#include "base/buf.h"
#include "base/err.h"

#define EDIT_MEMBERS_MAX 8

struct edit_member {
	const char *key;
	const char *text;    /* a string, UTF-8; NULL = `literal` */
	const char *literal; /* JSON as it is to stand: "true" */
};

struct edit_user {
	struct edit_member member[EDIT_MEMBERS_MAX];
	size_t count; /* at least 1 */
};

/* Adds users behind the last one, in the order given. Whether they are there is not looked at. */
int edit_add(const char *text, size_t len, const struct edit_user *users, size_t count,
	     struct buf *out, struct err *err);
/* Removes the user of that name; ERR_FAILED if there is none, as of the two below. */
int edit_remove(const char *text, size_t len, const char *name, struct buf *out, struct err *err);
/* Sets one member of a user: its value is replaced, or it is added behind the last one. */
int edit_set(const char *text, size_t len, const char *name, const struct edit_member *member,
	     struct buf *out, struct err *err);
/* Takes one member of a user away; if it is not there, the text stays as it is. */
int edit_unset(const char *text, size_t len, const char *name, const char *key, struct buf *out,
	       struct err *err);

#endif
