/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/kept.h"

#include <stdio.h>
#include <string.h>

#include "base/fabric.h"
#include "daemon/holding.h"

bool kept_in(const struct tree *response, const char *list)
{
	const struct tree *names = tree_get(response, list);

	if (!names)
		return false;
	tree_foreach (name, names) {
		if (!strcmp(name->value ? name->value : "", FABRIC_NAME))
			return true;
	}
	return false;
}

static void tell(const struct kept *kept, const struct holding *holding)
{
	char text[sizeof(holding->difference) + 32];

	if (!holding->connection) {
		kept->lost(kept->user, "connection was unloaded");
	} else if (!holding->secret) {
		kept->lost(kept->user, "secret was unloaded");
	} else if (*holding->difference) {
		(void)snprintf(text, sizeof(text), "connection was changed (%s)",
			       holding->difference);
		kept->lost(kept->user, text);
	}
}

/* While the gateway is changed nothing is known of what it should be. */
static void looked(void *user, const struct holding *holding, const struct err *why)
{
	struct kept *kept = user;
	bool same = kept->asked == kept->gateway->plan;

	(void)why;
	kept->asked = NULL;
	if (holding && same && !kept->gateway->changing)
		tell(kept, holding);
}

void kept_check(struct kept *kept)
{
	const struct plan *plan = kept->gateway->plan;
	struct err ignored;

	if (kept->asked || kept->gateway->changing)
		return;
	if (holding_ask(kept->link, plan, looked, kept, &ignored) == 0)
		kept->asked = plan;
}
