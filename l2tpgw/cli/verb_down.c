/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/client.h"
#include "cli/daemon.h"
#include "cli/idle_service.h"
#include "cli/print.h"
#include "cli/unit.h"
#include "cli/verb.h"

#define DOWN_TIMEOUT_MS 180000
#define END_MS          10000

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
	return file_remove_tree(paths->state, err);
}

/* When `down` is over, l2tpgwd is gone too, and not only about to go. */
static json_t *ask(const struct paths *paths, struct err *err)
{
	struct process daemon = daemon_running(paths);
	json_t *result = client_verb(paths, "down", DOWN_TIMEOUT_MS, err);

	if (result)
		(void)process_wait(&daemon, END_MS);
	process_release(&daemon);
	return result;
}

static json_t *take_down(const struct paths *paths, struct err *err)
{
	json_t *result = ask(paths, err);

	/* Nobody there to ask: what an ended l2tpgwd left is taken away all the same. */
	if (!result && err->code == ERR_UNREACHABLE && daemon_teardown(paths, err) == 0)
		result = json_pack("{s:s, s:b}", "schema", "l2tpgw.down/1", "down", 1);
	return result;
}

static int report(const struct args *args, json_t *result)
{
	if (!result)
		return -1;
	if (args->given[OPTION_JSON])
		print_json(result);
	else
		puts("the gateway is down");
	json_decref(result);
	return 0;
}

/* For the unit, when systemd stops it: what only systemd or an administrator decides is left. */
static int down_by_unit(const struct args *args, struct err *err)
{
	return unit_restarting() ? 0 : report(args, take_down(args->paths, err));
}

int verb_down(const struct args *args, struct err *err)
{
	bool by_systemd = unit_used();
	json_t *result;

	if (geteuid() != 0)
		return err_set(err, ERR_PERMISSION, "down needs root; nothing was changed");
	if (args->given[OPTION_UNLESS_RESTARTING])
		return down_by_unit(args, err);
	if (by_systemd && unit_stop(err) < 0)
		return -1;
	result = take_down(args->paths, err);
	if (result && ((by_systemd && idle_services_restore(args->paths, err) < 0) ||
		       (args->given[OPTION_PURGE] && purge(args->paths, err) < 0))) {
		json_decref(result);
		result = NULL;
	}
	return report(args, result);
}
