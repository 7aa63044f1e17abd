/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Refusals that admission was not asked about, and how many there were of all kinds. */
#include <string.h>

#include "base/messages.h"
#include "session/report.h"

void session_no_proof(struct session_table *table, uint32_t vip, const char *user,
		      const char *method)
{
	bool malformed = method && !strcmp(method, MSG_PROTOCOL_MSCHAPV2);
	enum session_denial denial = malformed ? SESSION_DENY_MALFORMED : SESSION_DENY_METHOD;

	table->denied[denial]++;
	report_no_proof(table, vip, user, denial, malformed ? NULL : method);
}

void session_ike_refused(struct session_table *table, enum session_denial denial)
{
	table->denied[denial]++;
}

const uint64_t *session_denied(const struct session_table *table)
{
	return table->denied;
}
