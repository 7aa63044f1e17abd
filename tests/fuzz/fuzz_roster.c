/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a CSV file of users: refused with reasons, or users that a policy takes or judges.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"
#include "policy/roster.h"

static const char policy_text[] =
    "{\"version\": 1, \"ipsec\": {\"psk\": \"Zq8vK2mX4wR7tY1uB5nC9dF3\"}}";

static void judge(struct roster *roster)
{
	struct buf after = BUF_INIT;
	struct diags diags;
	struct policy *policy;
	struct err err;

	for (size_t i = 0; i < roster->count; i++) {
		if (!*roster->users[i].password)
			roster->users[i].password = "generated";
	}
	if (edit_add(policy_text, sizeof(policy_text) - 1, roster_edits(roster), roster->count,
		     &after, &err) < 0)
		abort();
	policy = policy_load("policy.json", after.data, after.len, NULL, NULL, &diags);
	if (policy && policy->users_count != roster->count)
		abort();
	roster_judge(roster, &diags, 0);
	if (!policy && !roster->errors)
		abort();
	policy_free(policy);
	diags_free(&diags);
	buf_free(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_INIT;
	struct roster roster;

	roster_read(&roster, (const char *)data, size);
	if (!roster.errors && !roster.count)
		abort();
	if (roster.count)
		judge(&roster);
	roster_render(&roster, "users.csv", &out);
	buf_free(&out);
	roster_free(&roster);
	return 0;
}
