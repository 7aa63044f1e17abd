/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_PLAN_ESCAPE_H
#define L2TPGW_PLAN_ESCAPE_H

/*
 * One escaper for each dialect we write. Each appends `value` to `out` in such a way that the
 * program that reads the file gets back exactly these bytes as exactly one value, or refuses it
 * with ERR_POLICY, having appended nothing. Values are NUL-terminated and not empty.
 */
#include "base/buf.h"
#include "base/err.h"

typedef int escape_fn(const char *value, struct buf *out, struct err *err);

/* strongswan.conf: src/libstrongswan/settings/settings_lexer.l, states val and str. */
escape_fn escape_strongswan;

/*
 * xl2tpd.conf: file.c:parse_config(). It knows no quoting: ";" starts a comment anywhere, ends are
 * trimmed (bytes above 127 too, char being signed), strings are cut unterminated at 100 bytes.
 * "%" is refused because xl2tpd uses values as printf formats (control.c: add_opt(po, pppoptfile)).
 */
escape_fn escape_xl2tpd;

/* pppd's options files: options.c:getword(). Words longer than 1023 bytes are refused. */
escape_fn escape_pppd;

/* nft: bare words (addresses, numbers, digests) only; nothing of ours needs more. */
escape_fn escape_nft;

#endif
