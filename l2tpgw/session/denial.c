/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Refusals that admission was not asked about, and how many there were of all kinds. */
#include "base/fabric.h"
#include "session/report.h"

void session_no_proof(struct session_table *table, uint32_t vip, const char *user,
		      const char *method)
{
	table->denied[SESSION_DENY_METHOD]++;
	report_no_proof(table, vip, user, method);
}

void session_ike_refused(struct session_table *table, enum session_denial denial)
{
	table->denied[denial]++;
}

const uint64_t *session_denied(const struct session_table *table)
{
	return table->denied;
}
