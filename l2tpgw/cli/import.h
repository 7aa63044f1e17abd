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

struct import_conn;  /* import_ipsec.c */
struct import_login; /* import_chap.c */

struct import {
	struct arena *arena;
	struct import_conn *ipsec; /* of all files: one refers to another */
	size_t ipsec_count;
	const char *psk;
	const char *name;            /* leftid, if it is a name or an address */
	bool modp1024, des;          /* admitted there: weak algorithms */
	uint32_t first, last, local; /* pool and own address; 0 = not said */
	const char *options_file;    /* pppd's, as xl2tpd.conf names it; or NULL */
	uint32_t dns[2];
	size_t dns_count;
	unsigned mtu, mru, echo_interval, echo_failures; /* 0 = not said */
	unsigned idle, session;                          /* seconds */
	unsigned conns;           /* IPsec connections for L2TP that were found */
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
void import_chap_decide(struct import *import);
/* Notes that what a file includes is not read, unless it lies in a folder that is (verb_import.c).
 */
void import_include(struct import *import, const char *file, const char *pattern);
void import_note(struct import *import, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* What a list of proposals in anybody's syntax admits of what is weak. */
void import_proposals(struct import *import, const char *list);
/* The policy as JSON text; notes are added for what it had to bend. */
void import_policy(struct import *import, struct buf *out);

#endif
