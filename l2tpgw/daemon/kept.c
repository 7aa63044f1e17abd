/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/kept.h"

#include <string.h>

#include "base/fabric.h"

#define ANSWER_MS 15000

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

static void on_conns(void *user, const struct tree *response, const struct err *why)
{
	const struct kept *kept = user;

	(void)why;
	if (response && !kept_in(response, "conns"))
		kept->lost(kept->user, "connection");
}

static void on_keys(void *user, const struct tree *response, const struct err *why)
{
	const struct kept *kept = user;

	(void)why;
	if (response && !kept_in(response, "keys"))
		kept->lost(kept->user, "secret");
}

void kept_check(struct kept *kept)
{
	struct vici_request request = {
		.command = "get-conns", .timeout_ms = ANSWER_MS, .on_done = on_conns, .user = kept
	};

	if (link_ask(kept->link, &request) < 0)
		return;
	request.command = "get-shared";
	request.on_done = on_keys;
	(void)link_ask(kept->link, &request);
}
