/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "policy/load.h"
#include "policy/names.h"
#include "policy/pool.h"

static bool clean(const struct load *load, const char *pointer)
{
	return diags_clean(load->diags, pointer);
}

static void check_snat(struct load *load)
{
	struct policy *policy = load->policy;
	char text[IP4_TEXT_MAX], pool_text[IP4_TEXT_MAX];
	const struct ip4_net *pool;

	if (policy->routing.nat != POLICY_NAT_SNAT || !clean(load, "/routing/nat") ||
	    !clean(load, "/addresses"))
		return;
	pool = pool_of(policy, policy->routing.snat);
	if (pool)
		load_error_at(
		    load, "/routing/nat/snat",
		    "%s lies in the pool %s: answers from the internet would not come back",
		    ip4_text(policy->routing.snat, text), ip4_net_text(*pool, pool_text));
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

void check_radius(struct load *load)
{
	struct policy *policy = load->policy;
	unsigned seconds = policy->radius.timeout * (policy->radius.retries + 1);

	if (!policy->radius.nas_identifier)
		policy->radius.nas_identifier =
		    policy->gateway.name ? policy->gateway.name : "l2tpgw";
	if (!policy->radius.servers_count && policy->radius.users == POLICY_RADIUS_ONLY &&
	    clean(load, "/radius"))
		load_warning_at(load, "/radius/users",
				"radius.servers names no server to ask: nobody can log in");
	if (clean(load, "/radius") && seconds > POLICY_RADIUS_PATIENCE)
		load_error_at(load, "/radius/timeout",
			      "timeout and retries make %u s until the next server is asked; no "
			      "client waits longer than %d s",
			      seconds, POLICY_RADIUS_PATIENCE);
}

void check_policy(struct load *load)
{
	check_ipsec(load);
	check_addresses(load);
	check_groups(load);
	check_snat(load);
	check_dns(load);
	check_sources(load);
	check_times(load);
	check_radius(load);
}
