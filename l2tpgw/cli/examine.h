/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_EXAMINE_H
#define L2TPGW_CLI_EXAMINE_H

/*
 * Looking at this machine, layer by layer, as a place for a gateway. Nothing is changed, and a
 * gateway that runs is not disturbed.
 */
#include "base/host.h"
#include "cli/finding.h"
#include "drive/paths.h"
#include "policy/policy.h"

/* Layer "kernel". `load`: modules that are merely not loaded yet are loaded. */
void examine_kernel(struct findings *findings, bool load);
/* Layer "kernel" too: what rates need, if the policy has any. */
void examine_rates(struct findings *findings, const struct policy *policy);
/* Layer "packages". `managed`: charon is to be ours. */
void examine_packages(struct findings *findings, const struct paths *paths, bool managed);
/*
 * Layer "files": room to write. `policy`: one is to be written; `units`: systemd is to be told that
 * the gateway starts at boot.
 */
void examine_files(struct findings *findings, const struct paths *paths, bool policy, bool units);
/* Layer "ports": who holds ours. */
void examine_ports(struct findings *findings, const struct paths *paths,
		   const struct policy *policy);
/* Layer "network": WAN, NAT in front of it, MTU, sysctls. `named`: by gateway.wan, or NULL. */
void examine_network(struct findings *findings, const char *named, const struct host *host);
/* Layer "firewall": what others' rules do to the gateway's packets. */
void examine_firewall(struct findings *findings, const struct policy *policy, const char *wan);
/* Layer "name": what clients dial. */
void examine_name(struct findings *findings, const struct policy *policy, const struct host *host);
/* Layer "machine": container, clock, random numbers, cryptography. */
void examine_machine(struct findings *findings);
/* Layer "policy"; the policy if it is valid, which the caller frees, else NULL. */
struct policy *examine_policy(struct findings *findings, const struct paths *paths);
/* Layer "gateway": does it run, and is it well? */
void examine_gateway(struct findings *findings, const struct paths *paths);

#endif
