/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "drive/procfs.h"

#define LOG_DEFAULT      "/var/log/l2tpgw.log"
#define TEARDOWN_WAIT_MS 120000
#define PID_BYTES_MAX    32

static const char *log_file(void)
{
	const char *file = getenv("L2TPGW_LOG");

	return file && *file ? file : NULL;
}

static bool has_journal(void)
{
	return !log_file() && access("/run/systemd/journal/stdout", F_OK) == 0;
}

const char *daemon_log(void)
{
	if (has_journal())
		return "journalctl -t l2tpgwd";
	return log_file() ? log_file() : LOG_DEFAULT;
}

static int open_log(struct err *err)
{
	int fd = has_journal() ? sd_journal_stream_fd("l2tpgwd", 6, 1) : -1;

	if (fd >= 0)
		return fd;
	fd = open(daemon_log(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);
	return fd < 0 ? err_errno(err, errno, "cannot open the log %s", daemon_log()) : fd;
}

/* The variables that move the gateway's roots go along, nothing else does. */
static const char *const *daemon_env(struct arena *arena, const struct paths *paths)
{
	const char **env = arena_alloc(arena, 7 * sizeof(*env));

	env[0] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	env[1] = arena_printf(arena, "L2TPGW_ETC=%s", paths->etc);
	env[2] = arena_printf(arena, "L2TPGW_STATE=%s", paths->state);
	env[3] = arena_printf(arena, "L2TPGW_RUN=%s", paths->run);
	env[4] = arena_printf(arena, "L2TPGW_PLUGIN=%s", paths->plugin);
	if (has_journal())
		env[5] = "JOURNAL_STREAM=1";
	return env;
}

static int spawn_daemon(const struct paths *paths, const char *option, int out,
			struct process *process, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	char binary[PATH_MAX];
	const char *const argv[] = { binary, option, NULL };
	const struct spawn spawn = {
		.argv = argv, .env = daemon_env(arena, paths), .out = out, .session = true
	};

	if (paths_daemon(binary, err) < 0)
		return -1;
	return process_spawn(&spawn, process, err);
}

int daemon_start(const struct paths *paths, struct process *process, struct err *err)
{
	cleanup_fd int log = open_log(err);

	return log < 0 ? -1 : spawn_daemon(paths, NULL, log, process, err);
}

struct process daemon_running(const struct paths *paths)
{
	struct process process = PROCESS_NONE;
	cleanup_buf struct buf text = BUF_INIT;
	struct procfs_stat stat;
	struct err ignored;
	pid_t pid;

	if (file_read(paths->daemon_pid, PID_BYTES_MAX, &text, &ignored) < 0)
		return process;
	pid = (pid_t)strtol(buf_text(&text), NULL, 10);
	if (pid > 0 && procfs_stat(pid, &stat, &ignored) == 0)
		(void)process_adopt(pid, stat.start, &process, &ignored);
	return process;
}

enum err_code daemon_code(int status)
{
	static const enum err_code codes[] = { ERR_POLICY, ERR_UNREACHABLE, ERR_INTERNAL,
					       ERR_LOCKED, ERR_PERMISSION };

	for (size_t i = 0; i < array_size(codes); i++) {
		if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == (int)codes[i])
			return codes[i];
	}
	return ERR_FAILED;
}

int daemon_teardown(const struct paths *paths, struct err *err)
{
	struct process process = PROCESS_NONE;
	char text[64];
	int status;

	if (spawn_daemon(paths, "--down", STDERR_FILENO, &process, err) < 0)
		return -1;
	if (!process_wait(&process, TEARDOWN_WAIT_MS))
		return err_set(err, ERR_FAILED, "l2tpgwd --down does not come to an end");
	if (process_reap(&process, &status, err) < 0)
		return -1;
	if (status == 0)
		return 0;
	if (daemon_code(status) == ERR_LOCKED)
		return err_set(err, ERR_LOCKED,
			       "l2tpgwd runs, but does not answer. Kill the process in %s with "
			       "SIGKILL, then run l2tpgw down again",
			       paths->daemon_pid);
	return err_set(err, daemon_code(status),
		       "l2tpgwd --down failed: %s; what it could not remove is still there, see "
		       "above, and l2tpgw down tries again",
		       process_status_text(status, text));
}
