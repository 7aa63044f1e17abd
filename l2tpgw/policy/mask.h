/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_MASK_H
#define L2TPGW_POLICY_MASK_H

/*
 * Showing the text of a policy without its secrets: every value is hidden whose key is not known
 * to be harmless, because what is shown ends up in terminals, logs and bug reports.
 */
#include "base/buf.h"
#include "policy/token.h"

#define MASK "********"

struct mask_reader {
	size_t at;   /* behind the last token */
	bool hidden; /* the value that follows is not to be shown; true at the beginning */
	bool member; /* a key may follow */
};

/* Reads one token of JSON text; whether it is a value that must not be shown. */
bool mask_read(struct mask_reader *reader, const char *text, size_t len, struct token token);
/* Appends the text, line for line, with what must not be shown replaced. */
void mask_text(const char *text, size_t len, struct buf *out);

#endif
