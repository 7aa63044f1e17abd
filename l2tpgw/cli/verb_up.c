/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/client.h"
#include "cli/daemon.h"
#include "cli/howto.h"
#include "cli/idle_service.h"
#include "cli/install.h"
#include "cli/load.h"
#include "cli/examine.h"
#include "cli/print.h"
#include "cli/unit.h"
#include "cli/verb.h"
#include "drive/local.h"

#define CALL_TIMEOUT_MS 60000
#define READY_TIMEOUT_S 120
#define LOOK_US         100000

struct up {
	const struct args *args;
	const struct paths *paths;
	bool was_running;
	unsigned timeout; /* s */
	struct install install;
	struct process daemon; /* started by us */
};

static bool charon_managed(const struct policy *policy)
{
	return !policy || policy->ipsec.charon == POLICY_CHARON_MANAGED;
}

static int refuse(const struct findings *findings, struct err *err)
{
	size_t obstacles = findings_of(findings, FINDING_PROBLEM);

	if (!obstacles)
		return 0;
	findings_print(findings, FINDING_PROBLEM, stderr);
	return err_set(err, ERR_FAILED,
		       "%zu obstacles; nothing was started. Remove them and run l2tpgw up again",
		       obstacles);
}

/* Obstacles are named with their remedies, all at once, before anything is changed. */
static int preflight_machine(const struct up *up, const struct policy *policy, struct err *err)
{
	bool writes_policy = !policy || up->args->given[OPTION_POLICY];
	cleanup_arena struct arena *arena = arena_new();
	struct findings findings = { .arena = arena };

	examine_kernel(&findings, true);
	if (policy)
		examine_rates(&findings, policy);
	examine_packages(&findings, up->paths, charon_managed(policy));
	examine_files(&findings, up->paths, writes_policy, unit_used() && !unit_enabled());
	return refuse(&findings, err);
}

static int preflight_ports(const struct up *up, const struct policy *policy, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct findings findings = { .arena = arena };

	examine_ports(&findings, up->paths, policy);
	return refuse(&findings, err);
}

/* The daemon died before it answered: what it said last is in its log. */
static int daemon_died(struct up *up, struct err *err)
{
	char text[64];
	int status;

	if (!up->daemon.pid || !process_wait(&up->daemon, 0) ||
	    process_reap(&up->daemon, &status, err) != 0)
		return 0;
	return err_set(err, daemon_code(status),
		       "l2tpgwd ended at once (%s); the reason is in its log: %s",
		       process_status_text(status, text), daemon_log());
}

static bool is_ready(const struct up *up, json_t **status)
{
	struct err ignored = { .code = ERR_NONE };

	json_decref(*status);
	*status = client_verb(up->paths, "status", CALL_TIMEOUT_MS, &ignored);
	return *status && !strcmp(print_text(*status, "state"), "ready");
}

static unsigned ready_timeout(const struct up *up, struct err *err)
{
	const char *text = up->args->value[OPTION_TIMEOUT];
	char *end;
	unsigned long seconds;

	if (!text)
		return READY_TIMEOUT_S;
	seconds = strtoul(text, &end, 10);
	if (*end || !*text || seconds == 0 || seconds > 3600) {
		(void)err_set(err, ERR_USAGE, "--timeout takes seconds, 1 to 3600");
		return 0;
	}
	return (unsigned)seconds;
}

/* With what the parts that are not ready say for themselves. */
static int not_ready(const json_t *status, unsigned seconds, struct err *err)
{
	cleanup_buf struct buf why = BUF_INIT;
	const json_t *part;
	size_t i;

	json_array_foreach(json_object_get(status, "parts"), i, part)
	{
		if (strcmp(print_text(part, "state"), "ready") != 0)
			buf_printf(&why, "  %s is %s: %s\n", print_text(part, "name"),
				   print_text(part, "state"), print_text(part, "detail"));
	}
	return err_set(err, ERR_NOT_CONVERGED,
		       "applied, but not ready after %u s; it goes on trying.\n%s  The log: %s",
		       seconds, buf_text(&why), daemon_log());
}

static int wait_ready(struct up *up, unsigned seconds, json_t **status, struct err *err)
{
	time_t end = time(NULL) + (time_t)seconds;
	bool terminal = isatty(STDERR_FILENO);

	while (!is_ready(up, status)) {
		if (daemon_died(up, err) < 0)
			return -1;
		if (time(NULL) >= end)
			return not_ready(*status, seconds, err);
		if (terminal)
			(void)fputs(".", stderr);
		(void)usleep(LOOK_US);
	}
	return 0;
}

static int start(struct up *up, json_t **applied, struct err *err)
{
	if (!up->was_running && unit_used())
		return unit_start(err);
	if (!up->was_running)
		return daemon_start(up->paths, &up->daemon, err);
	*applied = client_verb(up->paths, "apply", CALL_TIMEOUT_MS, err);
	return *applied ? 0 : -1;
}

static void print_warnings(const json_t *status)
{
	const json_t *warning;
	size_t i;

	json_array_foreach(json_object_get(status, "warnings"), i, warning)(void)
	    fprintf(stderr, "warning: %s\n", json_string_value(warning));
}

static void report(const struct up *up, const struct policy_file *file, json_t *status,
		   const json_t *applied)
{
	const char *server = print_text(json_object_get(status, "gateway"), "name");
	size_t changes = json_array_size(json_object_get(applied, "changes"));

	if (up->args->given[OPTION_JSON]) {
		json_t *result = json_pack("{s:s, s:O, s:b, s:b}", "schema", "l2tpgw.up/1",
					   "status", status, "was_running", up->was_running,
					   "policy_written", up->install.generated);

		print_json(result);
		json_decref(result);
		return;
	}
	if (up->was_running)
		printf("the gateway was running; %zu changes\n", changes);
	else
		puts("the gateway is up");
	print_warnings(status);
	howto_print(file->policy, server, up->paths->policy,
		    up->install.generated && isatty(STDOUT_FILENO));
}

static int bring_up(struct up *up, const struct policy_file *file, struct err *err)
{
	json_t *status = NULL, *applied = NULL;
	int result = start(up, &applied, err);

	if (result == 0)
		result = wait_ready(up, up->timeout, &status, err);
	if (result == 0)
		report(up, file, status, applied);
	json_decref(status);
	json_decref(applied);
	return result;
}

/* What the gateway is to run with, as far as there is any yet: loaded, nothing written. */
static int choose_policy(const struct up *up, struct policy_file *file, struct err *err)
{
	file->path = up->args->value[OPTION_POLICY];
	if (file->path)
		return load_policy(file, err);
	file->path = up->paths->policy;
	file->strict = true;
	if (access(file->path, F_OK) == 0)
		return load_policy(file, err);
	return errno == ENOENT ? 0 : err_errno(err, errno, "cannot look at %s", file->path);
}

static int install_policy(struct up *up, const struct policy_file *file, struct err *err)
{
	if (!file->policy)
		return install_generated(&up->install, err);
	if (up->args->given[OPTION_POLICY])
		return install_text(&up->install, &file->text, "up --policy", err);
	return 0;
}

static int up_with_installed(struct up *up, struct err *err)
{
	cleanup_policy_file struct policy_file file = { .path = up->paths->policy, .strict = true };
	int result = load_shown(&file, err);

	if (result)
		return result;
	return bring_up(up, &file, err);
}

static void warn_of_next_boot(const struct policy *policy)
{
	cleanup_arena struct arena *arena = arena_new();
	struct findings findings = { .arena = arena };

	idle_services_examine(&findings, charon_managed(policy));
	findings_print(&findings, FINDING_WARNING, stderr);
}

/* The machine's own services that serve nobody make room, before anybody asks who is in the way. */
static int make_room(const struct up *up, const struct policy *policy, struct err *err)
{
	if (up->was_running)
		return 0;
	if (preflight_machine(up, policy, err) < 0)
		return -1;
	if (unit_used() && idle_services_release(up->paths, charon_managed(policy), err) < 0)
		return -1;
	if (preflight_ports(up, policy, err) < 0)
		return -1;
	if (unit_used())
		warn_of_next_boot(policy);
	return 0;
}

static void give_back(const struct up *up, struct err *err)
{
	struct err undo = { .code = ERR_NONE };

	if (!up->was_running && unit_used() && idle_services_restore(up->paths, &undo) < 0)
		(void)err_wrap(err, "not undone (%s)", undo.text);
}

static int up_with(struct up *up, const struct policy_file *file, struct err *err)
{
	int result;

	up->was_running = local_alive(up->paths->control, SOCK_STREAM);
	result = make_room(up, file->policy, err);
	if (result == 0)
		result = install_policy(up, file, err);
	if (result == 0)
		result = up_with_installed(up, err);
	/* Applied but not ready in time is applied all the same. */
	if (result > 0 || (result < 0 && err->code != ERR_NOT_CONVERGED)) {
		install_undo(&up->install, err);
		give_back(up, err);
	}
	return result;
}

int verb_up(const struct args *args, struct err *err)
{
	struct up up = { .args = args,
			 .paths = args->paths,
			 .install = INSTALL_INIT(args->paths),
			 .daemon = PROCESS_NONE };
	cleanup_policy_file struct policy_file file = { .path = NULL };
	int result;

	if (geteuid() != 0)
		return err_set(err, ERR_PERMISSION, "up needs root; nothing was changed");
	up.timeout = ready_timeout(&up, err);
	if (!up.timeout)
		return -1;
	result = choose_policy(&up, &file, err);
	if (!result)
		result = up_with(&up, &file, err);
	install_free(&up.install);
	process_release(&up.daemon);
	return result;
}
