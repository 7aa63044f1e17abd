/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/client.h"
#include "cli/daemon.h"
#include "cli/print.h"
#include "cli/unit.h"
#include "cli/verb.h"

#define DOWN_TIMEOUT_MS 180000

/* What only --purge takes: the policy with its secrets, and the state. */
static int purge(const struct paths *paths, struct err *err)
{
	char before[PATHS_MAX + 16];

	if (file_remove(paths->policy, err) < 0)
		return -1;
	(void)snprintf(before, sizeof(before), "%s.before", paths->policy);
	if (file_remove(before, err) < 0 || file_remove(paths->policy_lock, err) < 0)
		return -1;
	(void)rmdir(paths->etc);
	(void)rmdir(paths->state);
	return 0;
}

int verb_down(const struct args *args, struct err *err)
{
	json_t *result;

	if (geteuid() != 0)
		return err_set(err, ERR_PERMISSION, "down needs root; nothing was changed");
	/* What the unit runs when it is stopped: everything but asking systemd to stop it. */
	if (args->given[OPTION_UNLESS_RESTARTING]) {
		if (unit_restarting())
			return 0;
	} else if (unit_used() && unit_stop(err) < 0) {
		return -1;
	}
	result = client_verb(args->paths, "down", DOWN_TIMEOUT_MS, err);
	/* Nobody there to ask: what an ended l2tpgwd left is taken away all the same. */
	if (!result && err->code == ERR_UNREACHABLE && daemon_teardown(args->paths, err) == 0)
		result = json_pack("{s:s, s:b}", "schema", "l2tpgw.down/1", "down", 1);
	if (!result)
		return -1;
	if (args->given[OPTION_PURGE] && purge(args->paths, err) < 0) {
		json_decref(result);
		return -1;
	}
	if (args->given[OPTION_JSON])
		print_json(result);
	else
		puts("the gateway is down");
	json_decref(result);
	return 0;
}
