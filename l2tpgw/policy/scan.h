/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_SCAN_H
#define L2TPGW_POLICY_SCAN_H

/*
 * A second reading of JSON text that keeps places and forgets values. It visits every value with
 * the hash of its JSON pointer, or says where and why the text is not JSON (RFC 8259).
 * The text has passed text_check().
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/text.h"
#include "policy/token.h"

struct scan_value {
	uint64_t pointer; /* token_hash of its JSON pointer */
	struct token key; /* TOKEN_STRING inside an object, else TOKEN_END */
	size_t start, end;
};

struct scan_step {        /* how one level of the path was entered */
	struct token key; /* TOKEN_END in a list */
	size_t index;
};

struct scan {
	const char *text;
	size_t len;
	/* Any may be NULL. `key` is called for each key of an object, `object_end` when it closes.
	 */
	void (*value)(struct scan *scan, const struct scan_value *value);
	void (*key)(struct scan *scan, struct token key);
	void (*object_begin)(struct scan *scan);
	void (*object_end)(struct scan *scan);
	void *user;

	/* The rest is set by scan_run(). */
	size_t at;
	struct scan_step path[TEXT_DEPTH_MAX + 1];
	size_t depth;
	struct text_fault fault;
	size_t doubt; /* from here on the text may not mean what it seems to; at most fault.at */
};

/* False at the first fault of syntax, which is then in scan->fault. */
bool scan_run(struct scan *scan);

#endif
