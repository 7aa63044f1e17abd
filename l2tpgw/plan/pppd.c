/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/pppd.h"

#include "plan/escape.h"
#include "plan/files.h"
#include "plan/template.h"

const char *pppd_options_path(struct plan *plan, const struct plan_paths *paths)
{
	return arena_printf(plan->arena, "%s/ppp-options", paths->run);
}

const char *pppd_nothing_path(struct plan *plan, const struct plan_paths *paths)
{
	return arena_printf(plan->arena, "%s/none", paths->run);
}

static const char *number(struct plan *plan, unsigned value)
{
	return arena_printf(plan->arena, "%u", value);
}

static const char *address(struct plan *plan, const uint32_t *list, size_t count, size_t n)
{
	char text[IP4_TEXT_MAX];

	return n < count ? arena_strdup(plan->arena, ip4_text(list[n], text)) : NULL;
}

int pppd_plan(struct plan *plan, const struct policy *policy, const struct plan_paths *paths,
	      struct err *err)
{
	const uint32_t *dns = policy->ppp.dns;
	const uint32_t *wins = policy->ppp.wins;
	const size_t dns_count = policy->ppp.dns_count;
	const size_t wins_count = policy->ppp.wins_count;
	char local[IP4_TEXT_MAX];
	const struct template_var vars[] = {
		{ .name = "plugin", .value = paths->plugin },
		{ .name = "socket",
		  .value = arena_printf(plan->arena, "%s/admission.sock", paths->run) },
		{ .name = "name", .value = FABRIC_NAME },
		{ .name = "local",
		  .value =
		      arena_printf(plan->arena, "%s:", ip4_text(policy->addresses.local, local)) },
		{ .name = "mtu", .value = number(plan, policy->ppp.mtu) },
		{ .name = "mru", .value = number(plan, policy->ppp.mru) },
		{ .name = "echo_interval", .value = number(plan, policy->ppp.echo_interval) },
		{ .name = "echo_failures", .value = number(plan, policy->ppp.echo_failures) },
		{ .name = "dns1", .value = address(plan, dns, dns_count, 0) },
		{ .name = "dns2", .value = address(plan, dns, dns_count, 1) },
		{ .name = "wins1", .value = address(plan, wins, wins_count, 0) },
		{ .name = "wins2", .value = address(plan, wins, wins_count, 1) },
		{ .name = "nothing", .value = pppd_nothing_path(plan, paths) },
		{ 0 },
	};

	if (!files_render(plan, pppd_options_path(plan, paths), "ppp-options", escape_pppd, vars,
			  err))
		return -1;
	return 0;
}
