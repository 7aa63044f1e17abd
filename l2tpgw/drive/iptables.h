/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_IPTABLES_H
#define L2TPGW_DRIVE_IPTABLES_H

/*
 * iptables(8), IPv4, by its own programs; what is changed is the table "filter". There are two
 * kinds of rules, those that live in nftables and the old ones, and a program for each: the plain
 * name is one or the other.
 */
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

enum iptables_kind { IPTABLES_NFT, IPTABLES_LEGACY };

#define IPTABLES_WORDS_MAX 32

bool iptables_installed(enum iptables_kind kind);
/*
 * `rule` is what follows the chain, words apart by blanks, without a comment: "-i l2tpgw+ -j
 * ACCEPT". A chain that is not there has no rule.
 */
int iptables_has(enum iptables_kind kind, const char *chain, const char *rule, const char *comment,
		 bool *has, struct err *err);
/* In front of all others. */
int iptables_insert(enum iptables_kind kind, const char *chain, const char *rule,
		    const char *comment, struct err *err);
/* As often as it is there. */
int iptables_delete(enum iptables_kind kind, const char *chain, const char *rule,
		    const char *comment, struct err *err);
/* Appends the rules of a table as "iptables -S" lists them. A table that is not there comes into
 * being. */
int iptables_list(enum iptables_kind kind, const char *table, struct buf *out, struct err *err);

#endif
