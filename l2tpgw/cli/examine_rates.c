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

/* The kernel loads them itself; newer ones by an alias, to which a blacklist applies. */
static bool tell_module(struct findings *findings, const char *module)
{
	enum module_state state = module_state(module);

	switch (state) {
	case MODULE_BUILTIN:
	case MODULE_LOADED:
	case MODULE_LOADABLE:
		return false;
	case MODULE_BLACKLISTED:
		finding_add(findings, "kernel", FINDING_WARNING,
			    "rates need module %s, which is blacklisted: this kernel may not load "
			    "it, and then there is no limit",
			    module);
		finding_remedy(findings, "remove the line in /etc/modprobe.d that blacklists it");
		return true;
	case MODULE_DISABLED:
	case MODULE_MISSING:
		break;
	}
	finding_add(findings, "kernel", FINDING_PROBLEM, "rates need module %s, which is %s",
		    module, module_state_text(state));
	finding_remedy(findings, state == MODULE_DISABLED
				     ? "remove that line"
				     : "install the full kernel package (linux-image-amd64, not "
				       "the cloud one; kernel-modules-extra on RHEL) and reboot "
				       "into it");
	return true;
}

void examine_rates(struct findings *findings, const struct policy *policy)
{
	size_t told = 0;

	if (!has_rates(policy))
		return;
	for (size_t i = 0; i < array_size(modules); i++)
		told += tell_module(findings, modules[i]);
	if (!told)
		finding_add(findings, "kernel", FINDING_GOOD,
			    "rates: the modules for them are there");
}
