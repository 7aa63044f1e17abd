/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apply/policy_file.h"
#include "base/cleanup.h"
#include "cli/client.h"
#include "cli/examine.h"
#include "cli/print.h"
#include "drive/local.h"

#define STATUS_TIMEOUT_MS 10000

static void examine_warnings(struct findings *findings, const struct diags *diags)
{
	for (size_t i = 0; i < diags->count; i++)
		finding_add(findings, "policy", FINDING_WARNING, "line %u: %s", diags->list[i].line,
			    diags->list[i].message);
}

struct policy *examine_policy(struct findings *findings, const struct paths *paths)
{
	cleanup_policy_file struct policy_file file = { .path = paths->policy, .strict = true };
	struct err err = { .code = ERR_NONE };

	if (access(paths->policy, F_OK) < 0) {
		finding_add(findings, "policy", FINDING_NOTE, "there is no %s yet", paths->policy);
		finding_remedy(findings, "l2tpgw up writes one");
		return NULL;
	}
	if (policy_file_load(&file, &err) == 0) {
		finding_add(findings, "policy", FINDING_GOOD, "%s is valid", paths->policy);
		examine_warnings(findings, &file.diags);
		return policy_file_take(&file);
	}
	finding_add(findings, "policy", FINDING_PROBLEM, "%.*s", (int)strcspn(err.text, "\n"),
		    err.text);
	finding_remedy(findings, "l2tpgw check says what is wrong and where");
	return NULL;
}

static void examine_parts(struct findings *findings, const json_t *status)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(status, "parts"), i, item)
	{
		if (!strcmp(print_text(item, "state"), "ready"))
			continue;
		finding_add(findings, "gateway", FINDING_PROBLEM, "%s is %s: %s",
			    print_text(item, "name"), print_text(item, "state"),
			    print_text(item, "detail"));
		finding_remedy(findings, "its log says more: journalctl -u l2tpgw, or "
					 "/var/log/l2tpgw.log");
	}
	json_array_foreach(json_object_get(status, "warnings"), i, item)
	    finding_add(findings, "gateway", FINDING_WARNING, "%s", json_string_value(item));
}

void examine_gateway(struct findings *findings, const struct paths *paths)
{
	struct err err = { .code = ERR_NONE };
	json_t *status;

	if (!local_alive(paths->control, SOCK_STREAM)) {
		finding_add(findings, "gateway", FINDING_NOTE, "the gateway does not run");
		finding_remedy(findings, "l2tpgw up");
		return;
	}
	status = client_verb(paths, "status", STATUS_TIMEOUT_MS, &err);
	if (!status) {
		finding_add(findings, "gateway", FINDING_PROBLEM, "l2tpgwd does not answer: %.300s",
			    err.text);
		return;
	}
	finding_add(findings, "gateway", FINDING_GOOD, "the gateway is %s",
		    print_text(status, "state"));
	examine_parts(findings, status);
	json_decref(status);
}
