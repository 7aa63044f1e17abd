/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_KEY_DOC_H
#define L2TPGW_POLICY_KEY_DOC_H

/* What the table of keys says, in words: for `l2tpgw explain` and the manual. */
#include "base/buf.h"
#include "policy/keys.h"

/* "ipsec.psk" of "/ipsec/psk"; the items of a list ("*") have no name of their own. */
void key_doc_name(const char *pointer, struct buf *out);
/* Which values it takes: `one of "full"; or an IPv4 address`. "" while it is unsupported. */
void key_doc_values(const struct key *key, struct buf *out);
/* What it is if it is left out; "required" if it cannot be; "" if there is nothing to say. */
void key_doc_default(const struct key *key, struct buf *out);
/* What a change of it does to those who are connected, as a sentence without its full stop. */
const char *key_doc_impact(enum key_impact impact);

#endif
