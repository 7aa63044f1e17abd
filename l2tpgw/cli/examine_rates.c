/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cleanup.h"
#include "cli/examine.h"
#include "drive/modules.h"

/* What drive/traffic_control.c asks the kernel for. */
static const char *const modules[] = { "sch_tbf", "sch_ingress", "cls_u32", "act_mirred", "ifb" };

static bool limits(const struct policy_rate *rate)
{
	return rate->down || rate->up;
}

static bool has_rates(const struct policy *policy)
{
	for (size_t i = 0; i < policy->users_count; i++) {
		if (limits(&policy->users[i].rate))
			return true;
	}
	for (size_t i = 0; i < policy->groups_count; i++) {
		if (limits(&policy->groups[i].rate))
			return true;
	}
	return false;
}

void examine_rates(struct findings *findings, const struct policy *policy)
{
	bool all = true;

	if (!has_rates(policy))
		return;
	for (size_t i = 0; i < array_size(modules); i++) {
		enum module_state state = module_state(modules[i]);

		if (state != MODULE_MISSING && state != MODULE_BLACKLISTED)
			continue;
		all = false;
		finding_add(findings, "kernel", FINDING_PROBLEM,
			    "rates need module %s, which is %s", modules[i],
			    module_state_text(state));
		finding_remedy(findings,
			       state == MODULE_MISSING
				   ? "install the full kernel package (linux-image-amd64, not the "
				     "cloud one; kernel-modules-extra on RHEL) and reboot into it"
				   : "remove the line in /etc/modprobe.d that blacklists it");
	}
	if (all)
		finding_add(findings, "kernel", FINDING_GOOD,
			    "rates: the modules for them are there");
}
