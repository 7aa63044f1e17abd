/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/show_group.h"

#include "policy/policy.h"
#include "policy/show.h"

static void put_allow(const struct policy_allow *allow, struct buf *out)
{
	static const char *const protos[] = {
		[POLICY_PROTO_ANY] = "",
		[POLICY_PROTO_TCP] = " tcp",
		[POLICY_PROTO_UDP] = " udp",
		[POLICY_PROTO_ICMP] = " icmp",
	};
	char text[IP4_TEXT_MAX];

	buf_printf(out, "%s%s", ip4_net_text(allow->to, text), protos[allow->proto]);
	for (size_t i = 0; i < allow->ports_count; i++) {
		const struct policy_ports *ports = &allow->ports[i];

		buf_printf(out, ports->from == ports->to ? " %u" : " %u-%u", ports->from,
			   ports->to);
	}
}

void show_allow(const struct key *key, const void *base, struct buf *out)
{
	const struct policy_group *group = base;

	(void)key;
	for (size_t i = 0; i < group->allow_count; i++) {
		buf_puts(out, i ? ", " : "");
		put_allow(&group->allow[i], out);
	}
	if (!group->allow_count)
		buf_puts(out, group->restricted ? "none" : "everywhere");
}

void show_limit(const struct key *key, const void *base, struct buf *out)
{
	if (*(const unsigned *)((const char *)base + key->offset))
		show_number(key, base, out);
	else
		buf_puts(out, "none");
}

void show_time_limit(const struct key *key, const void *base, struct buf *out)
{
	if (*(const uint32_t *)(const void *)((const char *)base + key->offset) == POLICY_UNSET)
		buf_puts(out, "as ppp");
	else
		show_seconds(key, base, out);
}

void show_group_dns(const struct key *key, const void *base, struct buf *out)
{
	const struct policy_group *group = base;
	char text[IP4_TEXT_MAX];

	(void)key;
	for (size_t i = 0; i < group->dns_count; i++)
		buf_printf(out, "%s%s", i ? ", " : "", ip4_text(group->dns[i], text));
	if (!group->dns_count)
		buf_puts(out, "as ppp");
}

/* What is the same in two policies has the same text only if zones go by their names. */
static void put_hours(const struct policy_hours *hours, struct buf *out)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

	for (unsigned day = 0; day < 7; day++) {
		if (hours->days & 1u << day)
			buf_printf(out, "%s ", days[day]);
	}
	buf_printf(out, "%02u:%02u-%02u:%02u", hours->from / 60, hours->from % 60, hours->to / 60,
		   hours->to % 60);
	if (hours->zone_name)
		buf_printf(out, " %s", hours->zone_name);
}

void show_hours(const struct key *key, const void *base, struct buf *out)
{
	const struct policy_group *group = base;

	(void)key;
	for (size_t i = 0; i < group->hours_count; i++) {
		buf_puts(out, i ? ", " : "");
		put_hours(&group->hours[i], out);
	}
	if (!group->hours_count)
		buf_puts(out, "always");
}

void show_pools(const struct key *key, const void *base, struct buf *out)
{
	const struct policy *policy = base;
	char text[IP4_TEXT_MAX];

	(void)key;
	for (size_t i = 0; i < policy->addresses.pools_count; i++) {
		const struct policy_pool *pool = &policy->addresses.pools[i];

		buf_printf(out, "%s%s %s", i ? ", " : "", pool->name,
			   ip4_net_text(pool->net, text));
	}
	if (!policy->addresses.pools_count)
		buf_puts(out, "none");
}
