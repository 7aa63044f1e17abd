/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_IMPORT_H
#define L2TPGW_CLI_IMPORT_H

/*
 * An existing gateway, set up by hand or by a script, read out of its configuration files and
 * written as a policy. Pure: files come in as text, what cannot be carried over becomes a note.
 * Nothing that is read is trusted: the policy that comes out is checked like any other.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"

#define IMPORT_USERS_MAX 20000
#define IMPORT_NOTES_MAX 1000

struct import_user {
	const char *name, *password;
	uint32_t address; /* 0 = none of its own */
	bool disabled;
	bool any_server; /* its line named no server */
};

struct import_ids {
	const char **list;
	size_t count;
};

struct import_key;   /* import_key.c */
struct import_conn;  /* import_ipsec.c */
struct import_login; /* import_chap.c */

struct import {
	struct arena *arena;
	struct import_conn *ipsec; /* of all files: one refers to another */
	size_t ipsec_count;
	unsigned long ipsec_questions;
	struct import_key *keys; /* all that were found */
	size_t keys_count;
	const char *psk;           /* the one of the clients; NULL if that is not clear */
	struct import_ids our_ids; /* who the ends of connections for L2TP are, if it is said */
	struct import_ids peer_ids;
	const char *name;            /* the gateway's, if it is a name or an address */
	bool modp1024, des;          /* admitted there: weak algorithms */
	uint32_t first, last, local; /* pool and own address; 0 = not said */
	const char *options_file;    /* pppd's, as xl2tpd.conf names it; or NULL */
	uint32_t dns[2];
	size_t dns_count;
	unsigned mtu, mru, echo_interval, echo_failures; /* 0 = not said */
	unsigned idle, session;                          /* seconds */
	unsigned conns;           /* IPsec connections for L2TP that were found */
	unsigned other_conns;     /* and others */
	const char *options_name; /* of the machine, as pppd's options have it; or NULL */
	const char **servers;     /* the same, as xl2tpd.conf has it, section by section */
	size_t servers_count;
	struct import_login *logins; /* lines of chap-secrets */
	size_t logins_count;
	struct import_user *users;
	size_t users_count;
	const char **notes; /* sentences without their full stop */
	size_t notes_count;
};

/* `file` names the text in notes. */
void import_ipsec_conf(struct import *import, const char *file, const char *text);
void import_ipsec_secrets(struct import *import, const char *file, const char *text);
void import_swanctl(struct import *import, const char *file, const char *text);
void import_xl2tpd(struct import *import, const char *file, const char *text);
void import_ppp_options(struct import *import, const char *file, const char *text);
void import_chap_secrets(struct import *import, const char *file, const char *text);

/* After the last file: what only all of them together tell. */
void import_decide(struct import *import);
void import_ipsec_decide(struct import *import); /* its parts */
void import_key_decide(struct import *import);   /* behind that of connections */
void import_chap_decide(struct import *import);
/* A key: which one is that of the clients is known only when all connections are. `encoded`: behind
 * 0s is Base64, behind 0x are hexadecimal digits. */
void import_key(struct import *import, const char *where, const char *text, bool encoded,
		struct import_ids ids);
/* Nothing is added for NULL and "". */
void import_id(struct import *import, struct import_ids *ids, const char *id);
/* The identity of the gateway in a connection for L2TP: its name, if it looks like one. */
void import_name(struct import *import, const char *id);
/* A connection that is not for L2TP. */
void import_other_conn(struct import *import, const char *file, const char *name);
/* Whether a port or a traffic selector is that of L2TP. */
bool import_is_l2tp(const char *text);
/* Notes that what a file includes is not read, unless it lies in a folder that is (verb_import.c).
 */
void import_include(struct import *import, const char *file, const char *pattern);
void import_note(struct import *import, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* What a list of proposals in anybody's syntax admits of what is weak. */
void import_proposals(struct import *import, const char *list);
/* The policy as JSON text; notes are added for what it had to bend. */
void import_policy(struct import *import, struct buf *out);

#endif
