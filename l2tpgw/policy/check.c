/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "policy/load.h"
#include "policy/names.h"
#include "policy/pool.h"

#define POOL_BITS     24 /* of the automatic pool, unless max_sessions asks for more */
#define POOL_BITS_MIN 8

static bool clean(const struct load *load, const char *pointer)
{
	return diags_clean(load->diags, pointer);
}

static void find_pool(struct load *load)
{
	struct policy *policy = load->policy;
	uint8_t bits = POOL_BITS;

	if (load->sessions_given)
		while (pool_size((struct ip4_net){ .bits = bits }) <= policy->l2tp.max_sessions)
			bits--;
	if (!pool_find(load->host, policy, bits, &policy->addresses.pool))
		load_error_at(load, "/addresses/pool",
			      "no private network is free for clients; set addresses.pool");
}

static void check_pool_place(struct load *load, struct ip4_net pool)
{
	uint32_t last = pool.address | ~ip4_mask(pool.bits);
	const char *kind = names_reserved_net(pool.address, last);
	const struct host_net *other = pool_collision(load->host, pool);
	char text[IP4_TEXT_MAX], other_text[IP4_TEXT_MAX];

	ip4_net_text(pool, text);
	if (kind)
		load_error_at(load, "/addresses/pool", "pool %s has addresses that are %s", text,
			      kind);
	else if (other)
		load_error_at(load, "/addresses/pool",
			      "pool %s overlaps the gateway's own network %s on %s", text,
			      ip4_net_text(other->net, other_text), other->ifname);
	else if (load->host->wan_address && ip4_in(load->host->wan_address, pool))
		load_error_at(load, "/addresses/pool", "pool %s holds the gateway's own address %s",
			      text, ip4_text(load->host->wan_address, other_text));
}

static void check_pool(struct load *load)
{
	struct ip4_net pool = load->policy->addresses.pool;
	char text[IP4_TEXT_MAX];

	if (!clean(load, "/addresses/pool"))
		return;
	if (!pool.bits) {
		find_pool(load);
		return;
	}
	if (pool.bits < POOL_BITS_MIN || pool_size(pool) < 2) {
		load_error_at(load, "/addresses/pool",
			      "pool %s is too %s: a prefix from /%d to /30 is needed",
			      ip4_net_text(pool, text),
			      pool.bits < POOL_BITS_MIN ? "large" : "small", POOL_BITS_MIN);
		return;
	}
	check_pool_place(load, pool);
}

static void check_local_place(struct load *load, uint32_t local)
{
	const struct host_net *other =
	    pool_collision(load->host, (struct ip4_net){ .address = local, .bits = 32 });
	const char *kind = names_reserved(local);
	char text[IP4_TEXT_MAX], other_text[IP4_TEXT_MAX];

	ip4_text(local, text);
	if (kind)
		load_error_at(load, "/addresses/local", "%s is %s", text, kind);
	else if (pool_edge(load->policy->addresses.pool, local))
		load_error_at(
		    load, "/addresses/local",
		    "%s is the first or last address of the pool, which no machine may have", text);
	else if (other)
		load_error_at(load, "/addresses/local",
			      "%s lies in the gateway's own network %s on %s", text,
			      ip4_net_text(other->net, other_text), other->ifname);
}

static void check_local(struct load *load)
{
	struct policy *policy = load->policy;

	if (!clean(load, "/addresses"))
		return;
	if (policy->addresses.local)
		check_local_place(load, policy->addresses.local);
	else
		policy->addresses.local = policy->addresses.pool.address + 1;
}

static void check_capacity(struct load *load)
{
	struct policy *policy = load->policy;
	struct ip4_net pool = policy->addresses.pool;
	uint32_t room;
	char text[IP4_TEXT_MAX];

	if (!load->sessions_given || !clean(load, "/addresses") || !clean(load, "/l2tp"))
		return;
	room = pool_size(pool) - ip4_in(policy->addresses.local, pool);
	if (room < policy->l2tp.max_sessions)
		load_warning_at(load, "/l2tp/max_sessions",
				"pool %s has addresses for %u clients, max_sessions is %u",
				ip4_net_text(pool, text), room, policy->l2tp.max_sessions);
}

static void check_snat(struct load *load)
{
	struct policy *policy = load->policy;
	char text[IP4_TEXT_MAX], pool_text[IP4_TEXT_MAX];

	if (policy->routing.nat != POLICY_NAT_SNAT || !clean(load, "/routing/nat") ||
	    !clean(load, "/addresses/pool"))
		return;
	if (ip4_in(policy->routing.snat, policy->addresses.pool))
		load_error_at(
		    load, "/routing/nat/snat",
		    "%s lies in the pool %s: answers from the internet would not come back",
		    ip4_text(policy->routing.snat, text),
		    ip4_net_text(policy->addresses.pool, pool_text));
}

static void check_dns(struct load *load)
{
	struct policy *policy = load->policy;
	const struct host *host = load->host;

	if (!load->dns_given && clean(load, "/ppp/dns")) {
		for (size_t i = 0; i < host->resolvers_count && i < POLICY_DNS_MAX; i++)
			policy->ppp.dns[policy->ppp.dns_count++] = host->resolvers[i];
		if (!policy->ppp.dns_count && host->wan[0])
			load_warning_at(
			    load, "/ppp/dns",
			    "no resolver that clients can reach is known: they are told "
			    "none; set ppp.dns");
	}
	if (policy->firewall.gateway_services & 1u << POLICY_SERVICE_DNS)
		return;
	for (size_t i = 0; i < policy->ppp.dns_count; i++)
		if (policy->ppp.dns[i] == policy->addresses.local)
			load_warning_at(load, "/ppp/dns",
					"clients are told to ask the gateway for names, but "
					"firewall.gateway_services does not hold \"dns\"");
}

static bool within(struct ip4_net inner, struct ip4_net outer)
{
	return inner.bits >= outer.bits && ip4_in(inner.address, outer);
}

static void check_sources(struct load *load)
{
	const struct policy_nets *allow = &load->policy->firewall.allow_from;
	const struct policy_nets *deny = &load->policy->firewall.deny_from;
	char allow_text[IP4_TEXT_MAX], deny_text[IP4_TEXT_MAX];

	for (size_t d = 0; d < deny->count; d++) {
		if (!deny->net[d].bits)
			load_error_at(load, "/firewall/deny_from", "0.0.0.0/0 locks out everybody");
		for (size_t a = 0; deny->net[d].bits && a < allow->count; a++)
			if (within(allow->net[a], deny->net[d]))
				load_error_at(load, "/firewall/deny_from",
					      "%s also denies %s, which allow_from holds",
					      ip4_net_text(deny->net[d], deny_text),
					      ip4_net_text(allow->net[a], allow_text));
	}
}

/* LCP echoes are what keeps the SA of an idle client alive. */
static void check_times(struct load *load)
{
	const struct policy *policy = load->policy;

	if (!clean(load, "/ipsec/idle_sa") || !clean(load, "/ppp/echo_interval"))
		return;
	if (policy->ipsec.idle_sa && policy->ipsec.idle_sa <= policy->ppp.echo_interval)
		load_error_at(
		    load, "/ipsec/idle_sa",
		    "idle_sa (%u s) must be longer than ppp.echo_interval (%u s), or every "
		    "idle session is closed",
		    policy->ipsec.idle_sa, policy->ppp.echo_interval);
}

void check_policy(struct load *load)
{
	check_ipsec(load);
	check_pool(load);
	check_local(load);
	check_capacity(load);
	check_snat(load);
	check_dns(load);
	check_sources(load);
	check_times(load);
}
