/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_JUDGE_H
#define L2TPGW_APPLY_JUDGE_H

/*
 * What a base chain of somebody else's would do with a packet, as far as its rules can be read
 * (libnftables-json(5), "list ruleset"). What is not understood - an extension of iptables, a set
 * whose elements are not listed, a rate - makes the answer uncertain. iptables' conntrack match,
 * whose states nftables does not list, is taken for what it is used for: answers are accepted,
 * what is invalid is dropped, and only a rule that also names a protocol may mean new flows; its
 * addrtype match lets what is for this machine return. Pure.
 *
 * A rule that refuses some senders, or what comes too fast, refuses no client from anywhere; one
 * that lets in some senders may or may not let that client in.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define JUDGE_TCP  6
#define JUDGE_UDP  17
#define JUDGE_ESP  50
#define JUDGE_ICMP 1

struct judge_packet {
	const char *iif, *oif; /* NULL = it has none there */
	bool outside;          /* iif is unknown, but neither lo nor a client's */
	bool anywhere;         /* of no sender in particular */
	uint8_t proto;
	uint16_t sport;   /* 0 = any */
	uint16_t dport;   /* 0 = any */
	uint32_t daddr;   /* 0 = any */
	bool local;       /* it is for this machine itself */
	bool established; /* an answer; else it is the first of its flow */
	bool ipsec;       /* it was decrypted, or will be encrypted */
	bool dnat;        /* its destination was translated */
};

/* What may become of it; several bits = it is not certain. */
#define JUDGE_ACCEPT (1u << 0)
#define JUDGE_DROP   (1u << 1) /* or rejected */
#define JUDGE_RETURN (1u << 2) /* of a chain that is no base chain: the caller goes on */
#define JUDGE_AWAY   (1u << 3) /* to another host or port than it was sent to */

/* `chain` is the base chain's own object in `ruleset`, the array "nftables". */
unsigned judge(const json_t *ruleset, const json_t *chain, const struct judge_packet *packet);

#endif
