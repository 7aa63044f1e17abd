/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <unistd.h>

#include "cli/examine.h"
#include "cli/exit_status.h"
#include "cli/idle_service.h"
#include "cli/print.h"
#include "cli/unit.h"
#include "cli/verb.h"
#include "drive/host.h"

static void examine(struct findings *findings, const struct paths *paths)
{
	struct policy *policy = examine_policy(findings, paths);
	bool managed = !policy || policy->ipsec.charon == POLICY_CHARON_MANAGED;
	const char *wan = policy ? policy->gateway.wan : NULL;
	struct err err = { .code = ERR_NONE };
	struct host host;

	examine_kernel(findings, false);
	if (policy)
		examine_rates(findings, policy);
	examine_packages(findings, paths, managed);
	examine_files(findings, paths, access(paths->policy, F_OK) < 0,
		      unit_used() && !unit_enabled());
	examine_ports(findings, paths, policy);
	if (unit_used())
		idle_services_examine(findings, managed);
	if (host_gather_wan(wan, &host, &err) == 0) {
		examine_network(findings, wan, &host);
		examine_firewall(findings, policy, host.wan);
		if (policy)
			examine_name(findings, policy, &host);
	} else {
		finding_add(findings, "network", FINDING_PROBLEM, "%.300s", err.text);
	}
	examine_machine(findings);
	examine_gateway(findings, paths);
	policy_free(policy);
}

static void report(const struct findings *findings, bool as_json)
{
	size_t problems = findings_of(findings, FINDING_PROBLEM);
	size_t warnings = findings_of(findings, FINDING_WARNING);
	json_t *json;

	if (!as_json) {
		findings_print(findings, FINDING_GOOD, stdout);
		printf("\n%zu problems, %zu warnings\n", problems, warnings);
		return;
	}
	json = json_pack("{s:s, s:I, s:I, s:o}", "schema", "l2tpgw.doctor/1", "problems",
			 (json_int_t)problems, "warnings", (json_int_t)warnings, "findings",
			 findings_json(findings));
	print_json(json);
	json_decref(json);
}

int verb_doctor(const struct args *args, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct findings findings = { .arena = arena };

	/* Others see pppd, rules and who holds a port as if they were not there. */
	if (geteuid() != 0)
		return err_set(err, ERR_PERMISSION,
			       "doctor needs root: it looks at rules, sockets and the policy");
	examine(&findings, args->paths);
	report(&findings, args->given[OPTION_JSON]);
	if (findings_of(&findings, FINDING_PROBLEM))
		return ERR_FAILED;
	return findings_of(&findings, FINDING_WARNING) ? EXIT_WARNINGS : 0;
}
