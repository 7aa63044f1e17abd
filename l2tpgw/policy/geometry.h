/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_GEOMETRY_H
#define L2TPGW_POLICY_GEOMETRY_H

/*
 * How large an IP packet inside the tunnel may be so that the packet outside is never fragmented:
 *
 *   outer IP | [UDP of NAT-T] | ESP | IV | { UDP | L2TP | PPP | inner IP | padding, 2 } | ICV
 *
 * with the braces a multiple of the cipher's block. The kernel does not refuse what is too large,
 * it fragments it after encryption (net/l2tp/l2tp_core.c sets ignore_df), so this must be exact.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "policy/policy.h"

#define GEOMETRY_INNER_MIN 576 /* RFC 791: every host takes that much */
#define GEOMETRY_INNER_MAX 9000
#define GEOMETRY_OUTER     1500 /* of a path of which nothing is known */

/* What we send: the kernel's L2TP header without length and sequence, PPP with FF 03. */
#define GEOMETRY_L2TP_OURS 6
#define GEOMETRY_PPP_OURS  4
/* The most a client may send: length and sequence present, nothing of PPP compressed. */
#define GEOMETRY_L2TP_MAX 12
#define GEOMETRY_PPP_MAX  4

struct geometry {
	unsigned outer;                     /* bytes of the largest packet the path takes */
	bool ipv6;                          /* outside */
	bool natt;                          /* ESP in UDP (RFC 3948) */
	const char *encryption, *integrity; /* names, for the text */
	unsigned iv, icv, align;            /* bytes; align a power of two, 4 at least */
	unsigned l2tp, ppp;                 /* header bytes */
};

struct geometry_line {
	const char *label;
	const char *detail; /* short form for one-line sums */
	unsigned bytes;     /* the first line is the start; the others are taken from it */
};

#define GEOMETRY_LINES_MAX 12

struct geometry_sum {
	struct geometry_line lines[GEOMETRY_LINES_MAX];
	size_t count;
	unsigned result; /* 0 if nothing fits */
};

/* Largest inner IP packet, 0 if none fits. */
unsigned geometry_max_inner(const struct geometry *geometry);
/* The outer packet that an inner one of that size makes. */
unsigned geometry_outer_size(const struct geometry *geometry, unsigned inner);
/* The same sum as geometry_max_inner(), line by line. Labels are static. */
void geometry_sum(const struct geometry *geometry, struct geometry_sum *sum);
/* "1500 - 20 (IP) - 8 (UDP) ... = 1404" */
void geometry_sum_text(const struct geometry_sum *sum, struct buf *out);

/*
 * The worst case among the policy's ESP proposals: IPv4 outside, NAT traversal (any client may be
 * behind a NAT). `outer` is from geometry_path() or the WAN's own MTU.
 */
void geometry_mtu(const struct policy *policy, unsigned outer, struct geometry *geometry);
void geometry_mru(const struct policy *policy, unsigned outer, struct geometry *geometry);
/* What to count on for a WAN of that MTU (0 = unknown): the path beyond it has 1500 at most. */
unsigned geometry_path(unsigned wan_mtu);

#endif
