/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/paths.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/messages.h"

#ifndef L2TPGW_PLUGIN_PATH
#define L2TPGW_PLUGIN_PATH "/usr/lib/l2tpgw/l2tpgw.so"
#endif
#ifndef L2TPGW_DAEMON_PATH
#define L2TPGW_DAEMON_PATH "/usr/sbin/l2tpgwd"
#endif
#ifndef L2TPGW_UNIT_PATH
#define L2TPGW_UNIT_PATH "/usr/lib/systemd/system/l2tpgw.service"
#endif

/* Other programs' configuration carries these paths: nothing that any of them could interpret. */
static bool is_plain(const char *path)
{
	return strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") ==
	       strlen(path);
}

static bool is_normal(const char *path)
{
	for (const char *part = path; *part == '/';) {
		size_t len = strcspn(++part, "/");

		if (!len || (len == 1 && part[0] == '.') || (len == 2 && !strncmp(part, "..", 2)))
			return false;
		part += len;
	}
	return path[0] == '/';
}

static int take(const char *variable, const char *fallback, char *out, size_t max, struct err *err)
{
	const char *value = getenv(variable);

	if (!value || !*value)
		value = fallback;
	if (strlen(value) >= max)
		return err_set(err, ERR_USAGE, "%s is longer than %zu bytes", variable, max - 1);
	if (!is_plain(value) || !is_normal(value))
		return err_set(err, ERR_USAGE,
			       "%s is not an absolute path of letters, digits, \"/._-\" without "
			       "empty, \".\" and \"..\" components",
			       variable);
	(void)snprintf(out, max, "%s", value);
	return 0;
}

static void derive(const char *root, const char *name, char out[PATHS_MAX])
{
	_Static_assert(PATHS_ROOT_MAX < PATHS_MAX, "a root leaves room for a name");
	(void)snprintf(out, PATHS_MAX, "%.*s/%s", PATHS_ROOT_MAX - 1, root, name);
}

int paths_load(struct paths *paths, struct err *err)
{
	if (take("L2TPGW_ETC", "/etc/l2tpgw", paths->etc, sizeof(paths->etc), err) < 0 ||
	    take("L2TPGW_STATE", "/var/lib/l2tpgw", paths->state, sizeof(paths->state), err) < 0 ||
	    take("L2TPGW_RUN", "/run/l2tpgw", paths->run, sizeof(paths->run), err) < 0 ||
	    take("L2TPGW_PLUGIN", L2TPGW_PLUGIN_PATH, paths->plugin, sizeof(paths->plugin), err) <
		0)
		return -1;
	derive(paths->etc, "policy.json", paths->policy);
	derive(paths->etc, ".policy.lock", paths->policy_lock);
	derive(paths->state, "history", paths->history);
	derive(paths->state, "journal", paths->journal);
	derive(paths->state, "bans.json", paths->bans);
	derive(paths->state, "leases.json", paths->leases);
	derive(paths->state, "accounting", paths->accounting);
	derive(paths->state, "openings", paths->openings);
	derive(paths->run, "control.sock", paths->control);
	derive(paths->run, "admission.sock", paths->admission);
	derive(paths->run, "charon.vici", paths->vici);
	derive(paths->run, "lock", paths->lock);
	derive(paths->run, "l2tpgwd.pid", paths->daemon_pid);
	derive(paths->run, "charon.pid", paths->charon_pid);
	derive(paths->run, "guard.pid", paths->guard_pid);
	derive(paths->run, "openings.lock", paths->openings_lock);
	derive(paths->run, "sessions", paths->sessions);
	derive(paths->run, "results", paths->results);
	derive(paths->run, MSG_ENDED_FOLDER, paths->ended);
	return 0;
}

void paths_worker(const struct paths *paths, unsigned worker, const char *suffix,
		  char out[PATHS_MAX])
{
	char name[PATHS_MAX - PATHS_ROOT_MAX];

	(void)snprintf(name, sizeof(name), "xl2tpd-%u.%s", worker, suffix);
	derive(paths->run, name, out);
}

int paths_daemon(char out[PATH_MAX], struct err *err)
{
	ssize_t len = readlink("/proc/self/exe", out, PATH_MAX - 1);
	char *slash;

	if (len > 0) {
		out[len] = '\0';
		slash = strrchr(out, '/');
		(void)snprintf(slash + 1, PATH_MAX - (size_t)(slash + 1 - out), "l2tpgwd");
		if (access(out, X_OK) == 0)
			return 0;
	}
	(void)snprintf(out, PATH_MAX, "%s", L2TPGW_DAEMON_PATH);
	if (access(out, X_OK) == 0)
		return 0;
	return err_set(err, ERR_FAILED, "l2tpgwd is neither beside this program nor at %s", out);
}

const char *paths_installed_daemon(void)
{
	return L2TPGW_DAEMON_PATH;
}

const char *paths_unit(void)
{
	return L2TPGW_UNIT_PATH;
}
