/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_SET_H
#define L2TPGW_POLICY_SET_H

/* How values get into struct policy: what the table of keys refers to. See key_set in keys.h. */
#include "policy/keys.h"

key_set set_text;         /* const char * */
key_set set_number;       /* unsigned */
key_set set_seconds;      /* uint32_t */
key_set set_rate;         /* uint64_t: bits a second */
key_set set_flag;         /* bool */
key_set set_word;         /* an enum: the index of the word */
key_set set_bit;          /* unsigned: one bit a word */
key_set set_time;         /* int64_t: wall seconds */
key_set set_address;      /* uint32_t */
key_set set_net;          /* struct ip4_net */
key_set add_net;          /* struct policy_nets */
key_set add_ike, add_esp; /* proposals */
key_set add_legacy;       /* set_bit with a warning */
key_set add_dns, add_wins;
key_set set_dns; /* "auto" or the list itself */
key_set set_sessions;
key_set set_name, set_wan;
key_set set_psk; /* the string, or the object with "file" */
key_set set_psk_file;
key_set set_snat;
key_set set_user_name;
key_set set_password, set_password_file;
key_set set_nt_hash; /* uint8_t *: 16 bytes */

/* Whether clients can reach a server there; else an error is reported. */
bool set_usable_server(struct load *load, uint32_t address);

#endif
