/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_STYLE_H
#define L2TPGW_POLICY_STYLE_H

/*
 * How a JSON text is laid out, and writing more of it in the same way: blanks, indentation, line
 * ends and what stands around colons are copied from beside the place.
 */
#include "policy/edit.h"
#include "policy/span.h"

/* What the items of a list or object say about how the next one is to be written. */
struct style {
	size_t count;
	struct span open; /* white space before the first item */
	struct span
	    separator;     /* between two: white space and a comma; empty if there is one only */
	struct span colon; /* of a member: from behind its key to its value */
	struct span close; /* white space behind the last item */
	size_t end;        /* of the last item */
};

struct doc {
	const char *text;
	size_t len;
	struct span root; /* an object that is not empty */
	struct style top; /* of its members; the separator is the first one */
};

/* `text` is a JSON object that is not empty. */
void doc_open(struct doc *doc, const char *text, size_t len);
void doc_put(struct buf *out, const struct doc *doc, size_t start, size_t end);
/* Of a list or object. The separator is the one before the last item, or that behind the first. */
struct style style_of(const struct doc *doc, struct span container, bool last);
/* A comma and what goes with it. */
void style_separator(struct buf *out, const struct doc *doc, const struct style *style);
void style_value(struct buf *out, const struct edit_member *member);
void style_member(struct buf *out, const struct doc *doc, const struct style *style,
		  const struct edit_member *member);
/* As the user in `style`; if that is NULL, as the document is. */
void style_user(struct buf *out, const struct doc *doc, const struct style *style,
		const struct edit_user *user);
/* A list of its own: one user a line, if the document has lines. */
void style_list(struct buf *out, const struct doc *doc, const struct edit_user *users,
		size_t count);

#endif
