/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_PLAN_SAMPLE_H
#define L2TPGW_TESTS_PLAN_SAMPLE_H

/* A policy as policy_load() would hand it over, made by hand; and plans of it. */
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"

static const char *sample_ike[] = { "aes256-sha256-modp2048", "aes256-sha1-ecp384" };
static const char *sample_esp[] = { "aes256gcm16", "aes256-sha1" };

static const struct plan_paths sample_paths = {
	.run = "/run/l2tpgw",
	.plugin = "/usr/lib/pppd/2.4.9/l2tpgw.so",
};

static struct policy_ports sample_ports[] = { { 443, 443 }, { 8000, 8100 } };
static struct policy_allow sample_allow[] = {
	{ .to = { 0x0a010000, 16 } },
	{ .to = { 0x0a010200, 24 } },
	{ .to = { 0x0a030000, 16 }, .proto = POLICY_PROTO_ICMP },
	{ .to = { 0x0a020304, 32 },
	  .proto = POLICY_PROTO_TCP,
	  .ports = sample_ports,
	  .ports_count = 2 },
};
static struct policy_group sample_groups[] = {
	{ .name = "default" },
	{ .name = "guests", .restricted = true, .allow = sample_allow, .allow_count = 4 },
	{ .name = "nowhere", .restricted = true },
};

static struct policy sample_policy(void)
{
	struct policy policy = { 0 };

	policy.ipsec.psk = "a secret with\0a NUL";
	policy.ipsec.psk_len = 19;
	policy.ipsec.ike_proposals = sample_ike;
	policy.ipsec.ike_proposals_count = 2;
	policy.ipsec.esp_proposals = sample_esp;
	policy.ipsec.esp_proposals_count = 2;
	policy.ipsec.ike_lifetime = 28800;
	policy.ipsec.esp_lifetime = 3600;
	policy.ipsec.dpd = 30;
	policy.ipsec.idle_sa = 300;
	policy.ipsec.threads = 16;
	policy.l2tp.max_sessions = 400;
	policy.l2tp.retries = 5;
	policy.ppp.mtu = 1404;
	policy.ppp.mru = 1398;
	policy.ppp.echo_interval = 30;
	policy.ppp.echo_failures = 4;
	policy.groups = sample_groups;
	policy.groups_count = sizeof(sample_groups) / sizeof(sample_groups[0]);
	policy.addresses.pool = (struct ip4_net){ 0x0a2a0000, 24 };
	policy.addresses.local = 0x0a2a0001;
	policy.firewall.isolate_clients = true;
	policy.firewall.gateway_services = 1u << POLICY_SERVICE_DNS | 1u << POLICY_SERVICE_ICMP;
	return policy;
}

static inline struct plan *sample_plan(const struct policy *policy)
{
	struct err err = { 0 };
	struct plan *plan = plan_make(policy, &sample_paths, NULL, 0, &err);

	if (!plan)
		fail_msg("plan_make: %s", err.text);
	return plan;
}

static inline const struct plan_file *sample_file(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->files_count; i++)
		if (strcmp(strrchr(plan->files[i].path, '/') + 1, name) == 0)
			return &plan->files[i];
	return NULL;
}

#endif
