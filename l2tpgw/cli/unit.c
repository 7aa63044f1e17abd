/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/unit.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "cli/daemon.h"
#include "drive/paths.h"
#include "drive/systemctl.h"

#define UNIT "l2tpgw.service"

static bool roots_moved(void)
{
	static const char *const variables[] = { "L2TPGW_ETC", "L2TPGW_STATE", "L2TPGW_RUN",
						 "L2TPGW_PLUGIN", "L2TPGW_LOG" };

	for (size_t i = 0; i < array_size(variables); i++) {
		if (getenv(variables[i]))
			return true;
	}
	return false;
}

bool unit_used(void)
{
	char binary[PATH_MAX];
	struct err ignored;

	return !roots_moved() && systemctl_usable() && access(paths_unit(), F_OK) == 0 &&
	       paths_daemon(binary, &ignored) == 0 && !strcmp(binary, paths_installed_daemon());
}

bool unit_enabled(void)
{
	static const char *const words[] = { "--quiet", "is-enabled", UNIT, NULL };
	struct err ignored;

	return systemctl(words, NULL, &ignored) == 0;
}

/* What systemctl says is only that it failed: l2tpgwd's own exit status says more. */
static int start_failed(struct err *err)
{
	cleanup_buf struct buf exited = BUF_INIT;
	struct err ignored;
	char text[64];
	int status;

	if (systemctl_property(UNIT, "ExecMainStatus", &exited, &ignored) < 0 ||
	    !strcmp(buf_text(&exited), "0"))
		return -1;
	status = W_EXITCODE(atoi(buf_text(&exited)) & 0xff, 0);
	return err_set(err, daemon_code(status),
		       "l2tpgwd ended at once (%s); the reason is in its log: %s",
		       process_status_text(status, text), daemon_log());
}

int unit_start(struct err *err)
{
	static const char *const enable[] = { "--quiet", "enable", UNIT, NULL };
	static const char *const start[] = { "start", UNIT, NULL };
	static const char *const stop[] = { "stop", UNIT, NULL };
	static const char *const disable[] = { "--quiet", "disable", UNIT, NULL };
	bool was_enabled = unit_enabled();
	struct err ignored;

	if (!was_enabled && systemctl_must(enable, err) < 0)
		return -1;
	if (systemctl_must(start, err) == 0)
		return 0;
	(void)start_failed(err);
	(void)systemctl(stop, NULL, &ignored);
	if (!was_enabled)
		(void)systemctl(disable, NULL, &ignored);
	return -1;
}

int unit_stop(struct err *err)
{
	static const char *const words[] = { "--quiet", "disable", "--now", UNIT, NULL };

	return systemctl_must(words, err);
}

bool unit_restarting(void)
{
	static const char *const words[] = { "list-jobs", "--plain", "--no-legend", UNIT, NULL };
	cleanup_buf struct buf jobs = BUF_INIT;
	struct err ignored;

	return systemctl(words, &jobs, &ignored) == 0 &&
	       systemctl_lists_restart(buf_text(&jobs), UNIT);
}
