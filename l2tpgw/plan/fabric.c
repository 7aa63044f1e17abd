/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/fabric.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/digest.h"
#include "plan/acl.h"
#include "plan/escape.h"
#include "plan/nets.h"
#include "plan/template.h"

#define IP_TCP_HEADERS 40 /* bytes of an IPv4 and a TCP header without options */
#define SOURCE         96 /* bits into an IPv4 header */
#define DESTINATION    128

static char *take_text(struct plan *plan, struct buf *buf)
{
	return arena_strdup(plan->arena, buf_text(buf));
}

static const char *zone_elements(struct plan *plan)
{
	cleanup_buf struct buf out = BUF_INIT;

	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++) {
		nets_separator(&out, slot);
		buf_printf(&out, "%u : %u", slot, fabric_zone(slot));
	}
	return take_text(plan, &out);
}

static const char *vip_elements(struct plan *plan)
{
	cleanup_buf struct buf out = BUF_INIT;
	char text[IP4_TEXT_MAX];

	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++) {
		nets_separator(&out, slot);
		buf_printf(&out, "%u : %s", slot, ip4_text(fabric_vip(slot), text));
	}
	return take_text(plan, &out);
}

static const char *worker_elements(struct plan *plan)
{
	cleanup_buf struct buf out = BUF_INIT;
	char text[IP4_TEXT_MAX];

	for (unsigned shard = 0; shard < FABRIC_SHARDS; shard++) {
		uint32_t address = fabric_worker_address(plan->worker_of[shard]);

		nets_separator(&out, shard);
		buf_printf(&out, "%u : %s", shard, ip4_text(address, text));
	}
	return take_text(plan, &out);
}

/* NULL if none is. */
static const char *draining_elements(struct plan *plan)
{
	cleanup_buf struct buf out = BUF_INIT;
	char text[IP4_TEXT_MAX];
	size_t put = 0;

	for (size_t i = 0; i < plan->workers_count; i++) {
		if (!plan->workers[i].draining)
			continue;
		nets_separator(&out, put++);
		buf_puts(&out, ip4_text(fabric_worker_address(plan->workers[i].number), text));
	}
	return put ? take_text(plan, &out) : NULL;
}

/* The address at a position of the IPv4 header is in a net. */
static const char *address_in(struct plan *plan, unsigned position, uint32_t net, uint8_t bits)
{
	return arena_printf(plan->arena, "@nh,%u,32 & 0x%08x == 0x%08x", position, ip4_mask(bits),
			    net);
}

static const char *net_text(struct plan *plan, uint32_t address, uint8_t bits)
{
	char text[IP4_TEXT_MAX];

	return arena_strdup(
	    plan->arena, ip4_net_text((struct ip4_net){ .address = address, .bits = bits }, text));
}

static const char *given(bool condition)
{
	return condition ? "yes" : NULL;
}

static const char *service(const struct policy *policy, enum policy_service service)
{
	return given(policy->firewall.gateway_services & (1u << service));
}

static const char *number(struct plan *plan, unsigned value)
{
	return arena_printf(plan->arena, "%u", value);
}

/* `digest` is what stands in the text, not what is computed of it. */
static const char *render(struct plan *plan, const struct policy *policy, const char *digest,
			  struct err *err)
{
	cleanup_buf struct buf out = BUF_INIT;
	char snat[IP4_TEXT_MAX], encap[IP4_TEXT_MAX];
	const char *allow = nets_text(plan->arena, &policy->firewall.allow_from);
	const char *deny = nets_text(plan->arena, &policy->firewall.deny_from);
	enum policy_nat nat = policy->routing.nat;
	const struct template_var vars[] = {
		{ .name = "table", .value = FABRIC_TABLE },
		{ .name = "digest", .value = digest },
		{ .name = "ifname", .value = FABRIC_IFNAME_PREFIX },
		{ .name = "port", .value = number(plan, FABRIC_L2TP_PORT) },
		{ .name = "to_fabric",
		  .value = address_in(plan, DESTINATION, FABRIC_NET, FABRIC_NET_BITS),
		  .verbatim = true },
		{ .name = "from_fabric",
		  .value = address_in(plan, SOURCE, FABRIC_NET, FABRIC_NET_BITS),
		  .verbatim = true },
		{ .name = "from_worker",
		  .value = address_in(plan, SOURCE, FABRIC_WORKER_NET, FABRIC_WORKER_BITS),
		  .verbatim = true },
		{ .name = "worker_net",
		  .value = net_text(plan, FABRIC_WORKER_NET, FABRIC_WORKER_BITS) },
		{ .name = "slots", .value = number(plan, FABRIC_SLOTS) },
		{ .name = "shards", .value = number(plan, FABRIC_SHARDS) },
		{ .name = "slot_mask", .value = number(plan, FABRIC_SLOTS - 1) },
		{ .name = "shard_mask", .value = number(plan, FABRIC_SHARDS - 1) },
		{ .name = "zone_of", .value = zone_elements(plan), .verbatim = true },
		{ .name = "vip_of", .value = vip_elements(plan), .verbatim = true },
		{ .name = "worker_of", .value = worker_elements(plan), .verbatim = true },
		{ .name = "draining", .value = draining_elements(plan), .verbatim = true },
		{ .name = "encap", .value = given(plan->charon_managed) },
		{ .name = "encap_address", .value = ip4_text(FABRIC_ENCAP_ADDRESS, encap) },
		{ .name = "admission", .value = given(allow || deny) },
		{ .name = "allow_from", .value = allow, .verbatim = true },
		{ .name = "deny_from", .value = deny, .verbatim = true },
		{ .name = "isolate", .value = given(policy->firewall.isolate_clients) },
		{ .name = "acl_to", .value = ACL_TO },
		{ .name = "acl_from", .value = ACL_FROM },
		{ .name = "acl_chains", .value = acl_chains(plan, policy), .verbatim = true },
		{ .name = "mss_out", .value = number(plan, policy->ppp.mtu - IP_TCP_HEADERS) },
		{ .name = "mss_in", .value = number(plan, policy->ppp.mru - IP_TCP_HEADERS) },
		{ .name = "dns", .value = service(policy, POLICY_SERVICE_DNS) },
		{ .name = "icmp", .value = service(policy, POLICY_SERVICE_ICMP) },
		{ .name = "ssh", .value = service(policy, POLICY_SERVICE_SSH) },
		{ .name = "http", .value = service(policy, POLICY_SERVICE_HTTP) },
		{ .name = "https", .value = service(policy, POLICY_SERVICE_HTTPS) },
		{ .name = "ntp", .value = service(policy, POLICY_SERVICE_NTP) },
		{ .name = "masquerade", .value = given(nat == POLICY_NAT_MASQUERADE) },
		{ .name = "snat",
		  .value = nat == POLICY_NAT_SNAT ? ip4_text(policy->routing.snat, snat) : NULL },
		{ 0 },
	};

	if (template_render("fabric.nft", escape_nft, vars, &out, err) < 0)
		return NULL;
	return take_text(plan, &out);
}

int fabric_plan_ruleset(struct plan *plan, const struct policy *policy, struct err *err)
{
	const char *unnamed = render(plan, policy, "-", err);

	if (!unnamed)
		return -1;
	plan->ruleset_digest = digest_hex(plan->arena, unnamed, strlen(unnamed));
	plan->ruleset = render(plan, policy, plan->ruleset_digest, err);
	return plan->ruleset ? 0 : -1;
}

static void add_sysctl(struct plan *plan, const char *name, const char *value)
{
	struct plan_sysctl *sysctl =
	    arena_push(plan->arena, (void **)&plan->sysctls, &plan->sysctls_count, sizeof(*sysctl));

	sysctl->name = name;
	sysctl->value = value;
}

static void add_addresses(struct plan *plan)
{
	for (size_t i = 0; i < plan->workers_count; i++) {
		uint32_t *address = arena_push(plan->arena, (void **)&plan->addresses,
					       &plan->addresses_count, sizeof(*address));

		*address = fabric_worker_address(plan->workers[i].number);
	}
}

static void add_route(struct plan *plan, struct ip4_net net)
{
	*(struct ip4_net *)arena_push(plan->arena, (void **)&plan->routes, &plan->routes_count,
				      sizeof(net)) = net;
}

/*
 * They hold when nftables does not. The blocking ones lose against the policy of any SA and win
 * against "no policy": plain L2TP neither leaves nor is heard. The allowing one lets workers'
 * replies through the first look-up, made before their NAT is undone; the second one then decides.
 */
static const struct plan_xfrm_policy second_line[] = {
	{ .out = true,
	  .block = true,
	  .proto = IPPROTO_UDP,
	  .sport = FABRIC_L2TP_PORT,
	  .priority = 4000000000u },
	{ .out = false,
	  .block = true,
	  .proto = IPPROTO_UDP,
	  .dport = FABRIC_L2TP_PORT,
	  .priority = 4000000000u },
	{ .out = true,
	  .block = false,
	  .src = { .address = FABRIC_WORKER_NET, .bits = FABRIC_WORKER_BITS },
	  .priority = 100 },
};

void fabric_plan_host(struct plan *plan)
{
	/*
	 * Turning forwarding on makes the kernel turn this one off, and turning it off again makes
	 * it turn this one on, whatever it was (devinet.c: inet_forward_change). So it is saved
	 * too, and stands before: what is put back last stays.
	 */
	add_sysctl(plan, "net/ipv4/conf/all/accept_redirects", "0");
	add_sysctl(plan, "net/ipv4/ip_forward", "1");
	/* A managed charon sets it when it starts (kernel_netlink_ipsec.c) and leaves it behind. */
	if (plan->charon_managed)
		add_sysctl(plan, "net/core/xfrm_acq_expires", "165");
	add_addresses(plan);
	add_route(plan, (struct ip4_net){ .address = FABRIC_VIP_NET, .bits = FABRIC_VIP_BITS });
	plan->xfrm_policies = arena_memdup(plan->arena, second_line, sizeof(second_line));
	plan->xfrm_policies_count = array_size(second_line);
}
