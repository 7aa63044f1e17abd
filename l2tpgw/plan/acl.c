/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/acl.h"

#include <netinet/in.h>

#include "base/buf.h"
#include "plan/nets.h"

/*
 * All by the first packet of a connection, as connection tracking remembers it: its answers, and
 * errors about it, are then judged as it is itself, also in the middle of it.
 */
#define ORIGINAL "ct original "

/* Any protocol alone: a connection to a port gives nobody the right to come from there. */
static struct policy_nets nets_of(const struct policy_group *group, enum policy_proto proto,
				  struct arena *arena)
{
	struct policy_nets nets = { 0 };

	for (size_t i = 0; i < group->allow_count; i++) {
		const struct policy_allow *allow = &group->allow[i];

		if (allow->proto == proto && !allow->ports_count)
			*(struct ip4_net *)arena_push(arena, (void **)&nets.net, &nets.count,
						      sizeof(*nets.net)) = allow->to;
	}
	return nets;
}

static bool is_everything(const struct policy_nets *nets)
{
	for (size_t i = 0; i < nets->count; i++) {
		if (!nets->net[i].bits)
			return true;
	}
	return false;
}

static unsigned number_of(enum policy_proto proto)
{
	static const unsigned numbers[] = {
		[POLICY_PROTO_ANY] = 0,
		[POLICY_PROTO_TCP] = IPPROTO_TCP,
		[POLICY_PROTO_UDP] = IPPROTO_UDP,
		[POLICY_PROTO_ICMP] = IPPROTO_ICMP,
	};

	return numbers[proto];
}

static void put_proto(struct buf *out, enum policy_proto proto)
{
	if (proto != POLICY_PROTO_ANY)
		buf_printf(out, ORIGINAL "protocol %u ", number_of(proto));
}

/* A rule for all networks that may be reached by that protocol, or may reach the client. */
static void put_nets(struct plan *plan, struct buf *out, const struct policy_group *group,
		     enum policy_proto proto, const char *end, const char *verdict)
{
	struct policy_nets nets = nets_of(group, proto, plan->arena);

	if (!nets.count)
		return;
	buf_puts(out, "\t\t");
	put_proto(out, proto);
	if (!is_everything(&nets))
		buf_printf(out, ORIGINAL "ip %s { %s } ", end, nets_text(plan->arena, &nets));
	buf_printf(out, "%s\n", verdict);
}

/*
 * nft takes a port only behind a statement about the packet's own protocol; that may be ICMP, of an
 * error about the connection.
 */
static void put_ports(struct buf *out, const struct policy_allow *allow)
{
	char text[IP4_TEXT_MAX];

	buf_printf(out, "\t\tmeta l4proto { %u, %u } ", number_of(allow->proto), IPPROTO_ICMP);
	put_proto(out, allow->proto);
	if (allow->to.bits)
		buf_printf(out, ORIGINAL "ip daddr %s ", ip4_net_text(allow->to, text));
	buf_puts(out, ORIGINAL "proto-dst { ");
	for (size_t i = 0; i < allow->ports_count; i++) {
		const struct policy_ports *ports = &allow->ports[i];

		buf_printf(out, ports->from == ports->to ? "%s%u" : "%s%u-%u", i ? ", " : "",
			   ports->from, ports->to);
	}
	buf_puts(out, " } accept\n");
}

static void put_to(struct plan *plan, struct buf *out, const struct policy_group *group)
{
	buf_printf(out, "\tchain " ACL_TO_CHAIN "%s {\n", group->name);
	if (!group->restricted)
		buf_puts(out, "\t\taccept\n");
	put_nets(plan, out, group, POLICY_PROTO_ANY, "daddr", "accept");
	put_nets(plan, out, group, POLICY_PROTO_TCP, "daddr", "accept");
	put_nets(plan, out, group, POLICY_PROTO_UDP, "daddr", "accept");
	put_nets(plan, out, group, POLICY_PROTO_ICMP, "daddr", "accept");
	for (size_t i = 0; i < group->allow_count; i++) {
		if (group->allow[i].ports_count)
			put_ports(out, &group->allow[i]);
	}
	buf_puts(out, group->restricted ? "\t\tcounter drop\n\t}\n" : "\t}\n");
}

static void put_from(struct plan *plan, struct buf *out, const struct policy_group *group)
{
	buf_printf(out, "\tchain " ACL_FROM_CHAIN "%s {\n", group->name);
	if (!group->restricted)
		buf_puts(out, "\t\tgoto asked\n");
	put_nets(plan, out, group, POLICY_PROTO_ANY, "saddr", "goto asked");
	buf_puts(out, group->restricted ? "\t\tcounter drop\n\t}\n" : "\t}\n");
}

const char *acl_chains(struct plan *plan, const struct policy *policy)
{
	cleanup_buf struct buf out = BUF_INIT;

	for (size_t i = 0; i < policy->groups_count; i++) {
		put_to(plan, &out, &policy->groups[i]);
		put_from(plan, &out, &policy->groups[i]);
	}
	buf_truncate(&out, out.len - 1); /* the template ends the line */
	return arena_strdup(plan->arena, buf_text(&out));
}
