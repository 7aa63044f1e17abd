/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/geometry.h"

#include "policy/proposals.h"

#define IPV4_HEADER 20u
#define IPV6_HEADER 40u
#define UDP_HEADER  8u
#define ESP_HEADER  8u /* SPI and sequence number, RFC 4303 section 2 */
#define ESP_TRAILER 2u /* pad length and next header */

static unsigned around(const struct geometry *g)
{
	return (g->ipv6 ? IPV6_HEADER : IPV4_HEADER) + (g->natt ? UDP_HEADER : 0) + ESP_HEADER +
	       g->iv + g->icv;
}

static unsigned within(const struct geometry *g)
{
	return ESP_TRAILER + UDP_HEADER + g->l2tp + g->ppp;
}

unsigned geometry_max_inner(const struct geometry *g)
{
	unsigned room = g->outer > around(g) ? g->outer - around(g) : 0;

	room -= room % g->align;
	return room > within(g) ? room - within(g) : 0;
}

unsigned geometry_outer_size(const struct geometry *g, unsigned inner)
{
	unsigned room = inner + within(g);

	room += (g->align - room % g->align) % g->align;
	return room + around(g);
}

static void add(struct geometry_sum *sum, unsigned bytes, const char *label, const char *detail)
{
	if (bytes)
		sum->lines[sum->count++] = (struct geometry_line){ label, detail, bytes };
}

void geometry_sum(const struct geometry *g, struct geometry_sum *sum)
{
	unsigned room = g->outer > around(g) ? g->outer - around(g) : 0;

	*sum = (struct geometry_sum){ .result = geometry_max_inner(g) };
	add(sum, g->outer, "largest packet on the way to the client", "path");
	if (g->ipv6)
		add(sum, IPV6_HEADER, "outer IPv6 header", "IPv6");
	else
		add(sum, IPV4_HEADER, "outer IPv4 header", "IPv4");
	add(sum, g->natt ? UDP_HEADER : 0, "UDP header of NAT traversal", "NAT-T");
	add(sum, ESP_HEADER, "ESP header", "ESP");
	add(sum, g->iv, "initialization vector", g->encryption);
	add(sum, g->icv, "integrity check value", g->integrity);
	add(sum, room % g->align, "rest that fills no block of the cipher", "blocks");
	add(sum, ESP_TRAILER, "ESP trailer", "trailer");
	add(sum, UDP_HEADER, "UDP header of L2TP", "UDP");
	add(sum, g->l2tp, "L2TP header", "L2TP");
	add(sum, g->ppp, "PPP header", "PPP");
}

void geometry_sum_text(const struct geometry_sum *sum, struct buf *out)
{
	for (size_t i = 0; i < sum->count; i++)
		buf_printf(out, "%s%u (%s)", i ? " - " : "", sum->lines[i].bytes,
			   sum->lines[i].detail);
	buf_printf(out, " = %u", sum->result);
}

static bool cipher(const char *text, struct geometry *g, struct arena *scratch)
{
	struct proposal proposal;

	if (proposal_parse(text, PROPOSAL_ESP, &proposal, scratch))
		return false;
	g->encryption = proposal.encryption->name;
	g->integrity = proposal.integrity ? proposal.integrity->name : proposal.encryption->name;
	g->iv = proposal.encryption->iv;
	g->align = proposal.encryption->align;
	g->icv = proposal.integrity ? proposal.integrity->icv : proposal.encryption->icv;
	return true;
}

/* Among those that leave the same room, the one that makes the larger packets. */
static bool worse(const struct geometry *a, const struct geometry *b)
{
	unsigned a_inner = geometry_max_inner(a), b_inner = geometry_max_inner(b);

	if (a_inner != b_inner)
		return a_inner < b_inner;
	return geometry_outer_size(a, a_inner) > geometry_outer_size(b, b_inner);
}

static void worst(const struct policy *policy, struct geometry *geometry)
{
	cleanup_arena struct arena *scratch = arena_new();
	struct geometry candidate = *geometry;
	bool found = false;

	for (size_t i = 0; i < policy->ipsec.esp_proposals_count; i++) {
		if (!cipher(policy->ipsec.esp_proposals[i], &candidate, scratch))
			continue;
		if (!found || worse(&candidate, geometry))
			*geometry = candidate;
		found = true;
	}
}

void geometry_mtu(const struct policy *policy, unsigned outer, struct geometry *geometry)
{
	*geometry = (struct geometry){
		.outer = outer,
		.natt = true,
		.encryption = "",
		.integrity = "",
		.align = 4,
		.l2tp = GEOMETRY_L2TP_OURS,
		.ppp = GEOMETRY_PPP_OURS,
	};
	worst(policy, geometry);
}

void geometry_mru(const struct policy *policy, unsigned outer, struct geometry *geometry)
{
	geometry_mtu(policy, outer, geometry);
	geometry->l2tp = GEOMETRY_L2TP_MAX;
	geometry->ppp = GEOMETRY_PPP_MAX;
	worst(policy, geometry);
}

unsigned geometry_path(unsigned wan_mtu)
{
	return wan_mtu && wan_mtu < GEOMETRY_OUTER ? wan_mtu : GEOMETRY_OUTER;
}
