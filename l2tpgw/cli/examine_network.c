/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "apply/detour.h"
#include "base/cleanup.h"
#include "cli/examine.h"
#include "drive/net_rule.h"
#include "drive/resolve.h"
#include "drive/sysctl.h"
#include "policy/geometry.h"

#define ADDRESSES_MAX 16

/* RFC 1918, RFC 6598 (carriers' NAT) and RFC 3927: nobody on the internet reaches these. */
static const struct ip4_net hidden[] = {
	{ 0x0a000000, 8 },  { 0xac100000, 12 }, { 0xc0a80000, 16 },
	{ 0x64400000, 10 }, { 0xa9fe0000, 16 },
};

static bool is_hidden(uint32_t address)
{
	for (size_t i = 0; i < array_size(hidden); i++) {
		if (ip4_in(address, hidden[i]))
			return true;
	}
	return false;
}

static void no_wan(struct findings *findings, const char *named, const struct host *host)
{
	if (*host->wan) {
		finding_add(findings, "network", FINDING_PROBLEM, "%s has no IPv4 address",
			    host->wan);
		finding_remedy(findings, "give it one, or name another interface in gateway.wan");
	} else if (named) {
		finding_add(findings, "network", FINDING_PROBLEM,
			    "gateway.wan names %s, which this machine has not", named);
		finding_remedy(findings, "name an interface of this machine (ip link), or leave "
					 "gateway.wan out for that of the default route");
	} else {
		finding_add(findings, "network", FINDING_PROBLEM,
			    "there is no interface towards the internet: no IPv4 default route");
		finding_remedy(findings, "set a default route, or name the interface in "
					 "gateway.wan");
	}
}

static void examine_wan(struct findings *findings, const char *named, const struct host *host)
{
	char address[IP4_TEXT_MAX];

	if (!*host->wan || !host->wan_address) {
		no_wan(findings, named, host);
		return;
	}
	ip4_text(host->wan_address, address);
	if (!is_hidden(host->wan_address)) {
		finding_add(findings, "network", FINDING_GOOD, "%s has the public address %s",
			    host->wan, address);
		return;
	}
	finding_add(findings, "network", FINDING_WARNING,
		    "%s has the private address %s: a router with NAT is in front of this gateway",
		    host->wan, address);
	finding_remedy(findings, "that router must forward UDP 500 and UDP 4500 to %s", address);
	finding_remedy(findings, "Windows clients need the registry value "
				 "AssumeUDPEncapsulationContextOnSendRule = 2 "
				 "(HKLM\\SYSTEM\\CurrentControlSet\\Services\\PolicyAgent)");
}

static void examine_mtu(struct findings *findings, const struct host *host)
{
	if (!host->wan_mtu)
		return;
	if (host->wan_mtu >= 1500)
		finding_add(findings, "network", FINDING_GOOD, "the MTU of %s is %u", host->wan,
			    host->wan_mtu);
	else
		finding_add(
		    findings, "network", FINDING_NOTE,
		    "the MTU of %s is only %u; clients get a smaller one to fit: l2tpgw mtu",
		    host->wan, host->wan_mtu);
}

static void examine_forwarding(struct findings *findings)
{
	struct err ignored = { .code = ERR_NONE };
	char value[SYSCTL_VALUE_MAX];

	if (sysctl_read("net/ipv4/ip_forward", value, &ignored) != 0)
		return;
	finding_add(findings, "network", FINDING_GOOD, "forwarding is %s",
		    strcmp(value, "0") ? "on" : "off; it is switched on while the gateway runs");
}

/* Strict reverse path filtering drops what comes in by another way than it would go out. */
static void examine_rp_filter(struct findings *findings, const struct host *host)
{
	struct err ignored = { .code = ERR_NONE };
	char name[64 + HOST_IFNAME_MAX], all[SYSCTL_VALUE_MAX], wan[SYSCTL_VALUE_MAX] = "0";

	(void)snprintf(name, sizeof(name), "net/ipv4/conf/%s/rp_filter", host->wan);
	if (sysctl_read("net/ipv4/conf/all/rp_filter", all, &ignored) != 0 ||
	    (*host->wan && sysctl_read(name, wan, &ignored) != 0))
		return;
	if (strcmp(all, "1") != 0 && strcmp(wan, "1") != 0) {
		finding_add(findings, "network", FINDING_GOOD,
			    "reverse path filtering is not strict");
		return;
	}
	finding_add(findings, "network", FINDING_NOTE,
		    "reverse path filtering is strict: fine with one uplink, but with several it "
		    "drops clients that come in by another one than the default route");
	finding_remedy(findings, "with several uplinks: sysctl -w net.ipv4.conf.all.rp_filter=2");
}

/* IPsec SAs have marks that count up from 1: daemon/foreign.c avoids those that others use. */
static void examine_rules(struct findings *findings)
{
	struct err ignored = { .code = ERR_NONE };
	struct net_rule *list;
	size_t count;

	if (net_rule_list(findings->arena, &list, &count, &ignored) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct net_rule *rule = &list[i];
		uint32_t run = net_rule_run(rule);

		if (run <= NET_RULE_RUN_AVOIDABLE) {
			finding_add(findings, "network", FINDING_NOTE,
				    "a routing rule is for packets of mark 0x%x (mask 0x%x); no "
				    "client's SA is given such a mark",
				    rule->mark, rule->mask);
			continue;
		}
		finding_add(findings, "network", FINDING_WARNING,
			    "a routing rule is for packets of mark 0x%x (mask 0x%x), which are too "
			    "many marks to avoid: SA number %u and those that follow would be "
			    "routed by it",
			    rule->mark, rule->mask, rule->mark ? rule->mark : run);
		finding_remedy(findings, "let the rule ask for more bits of the mark, or for an "
					 "interface or address too (ip rule)");
	}
}

static void examine_answers(struct findings *findings, const struct host *host)
{
	struct err ignored = { .code = ERR_NONE };
	struct detour detour;

	if (detour_find(host, &detour, &ignored) <= 0)
		return;
	finding_add(findings, "network", detour.uplink ? FINDING_WARNING : FINDING_PROBLEM, "%s",
		    detour_text(findings->arena, &detour, host));
	finding_remedy(findings, "%s", detour_remedy(findings->arena, &detour, host));
}

void examine_network(struct findings *findings, const char *named, const struct host *host)
{
	examine_wan(findings, named, host);
	examine_mtu(findings, host);
	examine_forwarding(findings);
	examine_rp_filter(findings, host);
	examine_rules(findings);
	examine_answers(findings, host);
}

static void name_leads(struct findings *findings, const char *name, const uint32_t *list,
		       size_t count, const struct host *host)
{
	char own[IP4_TEXT_MAX], other[IP4_TEXT_MAX];

	ip4_text(host->wan_address, own);
	for (size_t i = 0; i < count; i++) {
		if (list[i] != host->wan_address)
			continue;
		finding_add(findings, "name", FINDING_GOOD, "%s leads to %s", name, own);
		return;
	}
	finding_add(findings, "name", is_hidden(host->wan_address) ? FINDING_NOTE : FINDING_WARNING,
		    "%s leads to %s, which is not the address of this machine (%s)", name,
		    ip4_text(list[0], other), own);
	finding_remedy(findings,
		       is_hidden(host->wan_address)
			   ? "fine if %s is the router in front of this gateway"
			   : "point the name here, unless %s is an address that leads here",
		       other);
}

static void name_leads_astray(struct findings *findings, const char *name)
{
	if (!resolve_has_ipv6(name))
		return;
	finding_add(findings, "name", FINDING_WARNING,
		    "%s also has an IPv6 address, where this gateway does not listen", name);
	finding_remedy(findings, "remove the AAAA record, or give clients a name without one");
}

void examine_name(struct findings *findings, const struct policy *policy, const struct host *host)
{
	const char *name = policy->gateway.name;
	struct err err = { .code = ERR_NONE };
	uint32_t list[ADDRESSES_MAX];
	size_t count;

	if (!name) {
		finding_add(findings, "name", FINDING_NOTE,
			    "gateway.name is not set: clients dial the address of the WAN");
		return;
	}
	if (resolve_ipv4(name, list, array_size(list), &count, &err) < 0) {
		finding_add(findings, "name", FINDING_WARNING, "gateway.name: %.300s", err.text);
		finding_remedy(findings, "check the resolvers of this machine (/etc/resolv.conf)");
	} else if (!count) {
		finding_add(findings, "name", FINDING_WARNING,
			    "gateway.name %s has no IPv4 address: clients cannot find it", name);
		finding_remedy(findings,
			       "add an A record for it, or set gateway.name to an address");
	} else {
		name_leads(findings, name, list, count, host);
		name_leads_astray(findings, name);
	}
}
