/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a policy: loaded, diagnosed and rendered. The first byte picks the host. */
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

static int read_psk(void *user, const char *path, struct buf *out, struct err *err)
{
	(void)user;
	if (strlen(path) % 2)
		return err_set(err, ERR_FAILED, "%s: not there", path);
	buf_puts(out, path);
	return 0;
}

static void check(const struct policy *policy, const struct diags *diags, size_t len)
{
	if (!policy != (diags->errors > 0) || diags->count > DIAGS_MAX)
		abort();
	for (size_t i = 0; i < diags->count; i++)
		if (diags->list[i].start > len || !diags->list[i].line)
			abort();
	if (policy && (!policy->ipsec.psk || !policy->addresses.local || !policy->ppp.mtu ||
		       !policy->ipsec.ike_proposals_count))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy_io io = { .read = read_psk };
	struct host host = {
		.wan = "eth0",
		.wan_address = 0xcb007105,
		.nets = { { "eth1", { 0x0a140000, 16 } } },
		.nets_count = 1,
	};
	struct buf out = BUF_INIT;
	struct policy *policy;
	struct diags diags;

	if (!size)
		return 0;
	host.wan_mtu = data[0] * 8u;
	policy = policy_load("policy.json", (const char *)data + 1, size - 1, &host, &io, &diags);
	check(policy, &diags, size - 1);
	diags_render(&diags, "policy.json", (const char *)data + 1, size - 1, &out);
	buf_free(&out);
	diags_free(&diags);
	policy_free(policy);
	return 0;
}
