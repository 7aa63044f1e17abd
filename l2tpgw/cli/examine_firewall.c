/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/opening.h"
#include "cli/examine.h"
#include "cli/package_manager.h"
#include "drive/iptables.h"

static void tell_block(struct findings *findings, const struct neighbour_block *block)
{
	finding_add(findings, "firewall", block->certain ? FINDING_PROBLEM : FINDING_WARNING,
		    "%s (chain %s) %s%s %s", neighbour_tool_name(block->tool), block->chain,
		    neighbour_block_verb(block),
		    block->certain ? "" : ", by rules that cannot be read here,",
		    neighbour_block_text(findings->arena, block));
	finding_remedy(findings, "%s", openings_remedy(findings->arena, block));
}

void examine_firewall(struct findings *findings, const struct policy *policy, const char *wan)
{
	const struct neighbour_traffic traffic = { .wan = wan,
						   .orders =
						       policy ? policy_orders_port(policy) : 0 };
	struct neighbour_blocks blocks;
	struct err err = { .code = ERR_NONE };
	char install[64];
	bool openable = false;

	if (neighbours_find(findings->arena, &traffic, &blocks, &err) < 0) {
		finding_add(findings, "firewall", FINDING_WARNING,
			    "other firewalls cannot be looked at: %.300s", err.text);
		return;
	}
	for (size_t i = 0; i < blocks.count; i++) {
		tell_block(findings, &blocks.list[i]);
		openable |= blocks.list[i].certain && blocks.list[i].openable;
	}
	if (neighbours_legacy() && !iptables_installed(IPTABLES_LEGACY)) {
		finding_add(findings, "firewall", FINDING_NOTE,
			    "there are rules of the old iptables, which cannot be read without "
			    "iptables-legacy and count all the same");
		finding_remedy(findings, "%s",
			       package_install(PACKAGE_IPTABLES, install, sizeof(install)));
	}
	if (openable)
		finding_add(
		    findings, "firewall", FINDING_NOTE,
		    "with \"integrate\": true in section firewall of the policy l2tpgw does "
		    "this itself, and undoes it when it goes down");
	if (!blocks.count)
		finding_add(findings, "firewall", FINDING_GOOD, "no other firewall is in the way");
}
