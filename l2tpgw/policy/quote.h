/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_QUOTE_H
#define L2TPGW_POLICY_QUOTE_H

/* Text as a string of JSON (RFC 8259 section 7). */
#include "base/buf.h"

/* With its quotes; `text` is UTF-8, of which only what must be escaped is. */
void quote_json(struct buf *out, const char *text);

#endif
