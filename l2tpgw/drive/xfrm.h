/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_XFRM_H
#define L2TPGW_DRIVE_XFRM_H

/*
 * The kernel's IPsec databases (<linux/xfrm.h>, net/xfrm/xfrm_user.c), IPv4 only. Keys of SAs are
 * never read into memory of ours: the dump's attributes that carry them are skipped, its buffers
 * wiped. SPIs are in host byte order, as charon prints them in hex.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ip4.h"
#include "base/mem.h"
#include "drive/netlink.h"

enum xfrm_dir { XFRM_DIR_IN, XFRM_DIR_OUT, XFRM_DIR_FWD }; /* values of the kernel */

/* A policy of ours: without template and mark (field for field what plan/ asks for). */
struct xfrm_rule {
	bool out;              /* direction: out, else in */
	bool block;            /* action: block, else allow */
	uint8_t proto;         /* 0 = any */
	uint16_t sport, dport; /* 0 = any */
	struct ip4_net src;    /* bits 0 = any */
	uint32_t priority;     /* smaller wins */
};

/* A policy as the kernel lists it. */
struct xfrm_policy {
	enum xfrm_dir dir;
	bool block;
	uint8_t proto;
	uint16_t sport, dport;
	struct ip4_net src, dst;
	uint32_t priority;
	uint32_t index;           /* the kernel's name for it */
	uint32_t mark, mark_mask; /* mask 0 = none */
	uint32_t if_id;
	/* The first template; has_tmpl false = none. */
	bool has_tmpl;
	uint8_t tmpl_proto; /* IPPROTO_ESP, … */
	uint8_t tmpl_mode;  /* XFRM_MODE_TRANSPORT, … */
	uint32_t tmpl_src, tmpl_dst, tmpl_spi, tmpl_reqid;
};

struct xfrm_sa {
	uint32_t spi;
	uint32_t src, dst;
	uint8_t proto; /* IPPROTO_ESP, … */
	uint8_t mode;  /* XFRM_MODE_TRANSPORT, … */
	uint32_t reqid;
	uint32_t mark, mark_mask;    /* what looks it up (mark_out, mark_in); mask 0 = none */
	uint32_t set_mark, set_mask; /* put on decrypted packets (set_mark_in); mask 0 = none */
	uint32_t if_id;
	bool encap; /* UDP encapsulated (RFC 3948) */
	uint16_t encap_sport, encap_dport;
	uint64_t bytes, packets;
	uint64_t added, used; /* seconds since the epoch; used 0 = never */
};

/* Makes it so, changing action or priority of one with the same selector. NET_DONE / NET_SAME. */
int xfrm_rule_add(const struct xfrm_rule *rule, struct err *err);
int xfrm_rule_delete(const struct xfrm_rule *rule, struct err *err);
/* Is this listed policy that rule? */
bool xfrm_rule_is(const struct xfrm_rule *rule, const struct xfrm_policy *policy);

/* All IPv4 ones; the lists live in the arena. */
int xfrm_policy_list(struct arena *arena, struct xfrm_policy **list, size_t *count,
		     struct err *err);
int xfrm_sa_list(struct arena *arena, struct xfrm_sa **list, size_t *count, struct err *err);

/* Deletes exactly that listed policy or SA. NET_DONE / NET_SAME. */
int xfrm_policy_delete(const struct xfrm_policy *policy, struct err *err);
int xfrm_sa_delete(const struct xfrm_sa *sa, struct err *err);
/* An ESP SA that looks up by that mark, or puts it on what it decrypts (as inbound ones do). */
bool xfrm_sa_has_mark(const struct xfrm_sa *sa, uint32_t mark);
/* All ESP SAs and all policies that look up by that mark, both ways: how many, or negative. */
int xfrm_sa_delete_mark(uint32_t mark, struct err *err);
int xfrm_policy_delete_mark(uint32_t mark, struct err *err);

#endif
