/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_SHOW_H
#define L2TPGW_POLICY_SHOW_H

/*
 * What a key has come to be, defaults filled in, as text: the other direction of set.h. Equal
 * values have equal texts. Appended to `out`; `base` is a struct policy, or a struct policy_user
 * for the keys below /users.
 */
#include "base/buf.h"
#include "policy/keys.h"

key_show show_text;     /* const char *; "auto" if NULL */
key_show show_password; /* byte for byte, or its hash */
key_show show_psk;      /* byte for byte */
key_show show_number;   /* unsigned */
key_show show_seconds;  /* uint32_t: "90s" */
key_show show_rate;     /* uint64_t: "10M"; "none" if 0 */
key_show show_time;     /* int64_t: RFC 3339; "never" if 0 */
key_show show_flag;     /* bool */
key_show show_word;     /* enum by its word */
key_show show_bits;     /* of a list: unsigned at its item, by its words */
key_show show_address;  /* uint32_t; "auto" if 0 */
key_show show_net;      /* struct ip4_net */
key_show show_nets;     /* of a list: struct policy_nets at its item */
key_show show_ike;
key_show show_esp;
key_show show_dns;
key_show show_wins;
key_show show_nat;

#endif
