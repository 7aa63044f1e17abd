/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_SA_H
#define L2TPGW_SESSION_SA_H

/*
 * What charon says about its SAs, as typed values: the events ike-updown, ike-update, ike-rekey,
 * child-updown, child-rekey and list-sa (strongSwan, src/libcharon/plugins/vici/vici_query.c).
 * The peer chooses some of what stands in them, so everything is bounded and checked; text is made
 * printable here. Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/tree.h"

#define SA_PROPOSAL_MAX 96  /* with the NUL; a longer one is cut */
#define SA_IDENTITY_MAX 128 /* likewise */
#define SA_SPI_MAX      17  /* 16 hex digits and a NUL */
#define SA_CHILDREN_MAX 256 /* of one IKE_SA; further ones are left out */

struct sa_ike {
	uint32_t id;            /* charon's uniqueid; not stable across reauthentication */
	uint32_t local, remote; /* host byte order; the peer's real address */
	uint16_t local_port, remote_port; /* UDP */
	bool nat_remote;                  /* the peer is behind NAT */
	bool nat_local;                   /* we are */
	char identity[SA_IDENTITY_MAX];   /* the peer's ID; bytes outside printable ASCII as \xNN */
	char initiator_spi[SA_SPI_MAX];   /* lower case hex; "" = not told */
	char responder_spi[SA_SPI_MAX];
	char proposal[SA_PROPOSAL_MAX]; /* "AES_CBC-256/HMAC_SHA2_256_128/PRF_…/MODP_2048" */
};

enum sa_child_state {
	SA_CHILD_LIVE,   /* INSTALLED, UPDATING, REKEYING: carries the traffic */
	SA_CHILD_ENDING, /* REKEYED, DELETING, DELETED, RETRYING: still there, no longer the one */
	SA_CHILD_OTHER,  /* anything else: never carried traffic (a trap, one being made) */
};

struct sa_child {
	uint32_t id;   /* charon's uniqueid of the CHILD_SA; a rekey gives a new one */
	uint32_t mark; /* in = out, mask all ones; 0 = none of ours */
	enum sa_child_state state;
	uint32_t spi_in, spi_out; /* host byte order; 0 = not told */
	bool encap;               /* ESP in UDP */
	uint64_t bytes_in, bytes_out;
	uint32_t age;                   /* seconds since it was installed */
	char proposal[SA_PROPOSAL_MAX]; /* "AES_GCM_16-256", "AES_CBC-256/HMAC_SHA1_96" */
};

enum sa_event_kind {
	SA_FOREIGN, /* of a connection that is not ours: no other member is valid */
	SA_IKE_UP,
	SA_IKE_DOWN,
	SA_IKE_UPDATE, /* ike.local/remote and ports are the new ones */
	SA_IKE_REKEY,  /* old_ike → ike.id */
	SA_CHILD_UP,
	SA_CHILD_DOWN,
	SA_CHILD_REKEY, /* old_child → children[0] */
	SA_LISTED,      /* one IKE_SA of list-sas with all its children */
};

struct sa_event {
	enum sa_event_kind kind;
	struct sa_ike ike;
	uint32_t old_ike, old_child;
	struct sa_child *children; /* one for SA_CHILD_*; in the arena */
	size_t children_count;
};

/*
 * Reads the message of the event of that name. -1 if the event is none of the above or lacks what
 * it must have; 0 else, also for SAs of connections that are not ours (FABRIC_NAME, or FABRIC_NAME
 * and "-…"). Children without a usable id are left out.
 */
int sa_parse(const char *event, const struct tree *message, struct arena *arena,
	     struct sa_event *out, struct err *err);

#endif
