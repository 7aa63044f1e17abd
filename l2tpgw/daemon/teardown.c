/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/teardown.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply/apply.h"
#include "apply/openings.h"
#include "base/cleanup.h"
#include "base/fabric.h"
#include "base/file.h"
#include "daemon/external.h"
#include "daemon/orphans.h"
#include "daemon/pppd_files.h"
#include "daemon/shaper.h"
#include "daemon/stray.h"
#include "drive/conntrack.h"
#include "drive/pidfile.h"
#include "drive/process.h"
#include "drive/vici_ask.h"
#include "session/session.h"

#define STOP_MS 10000
#define KILL_MS 5000

/* Keeps the first failure. */
static void note(int result, struct err *first, const struct err *err)
{
	if (result < 0 && first->code == ERR_NONE)
		*first = *err;
}

/* Politely first, then for certain. */
static int stop(struct process *process, struct err *err)
{
	int status, pid = (int)process->pid;

	if (process_signal(process, SIGTERM, err) < 0)
		return -1;
	if (!process_wait(process, STOP_MS)) {
		if (process_signal(process, SIGKILL, err) < 0)
			return -1;
		(void)process_wait(process, KILL_MS);
	}
	if (process_reap(process, &status, err) == 0)
		return 0;
	process_release(process);
	return err_set(err, ERR_FAILED, "process %d cannot be ended, not even by SIGKILL", pid);
}

static int stop_pidfile(const char *path, struct err *err)
{
	struct process process = PROCESS_NONE;
	struct pidfile file;
	int found = pidfile_read(path, &file, err);

	if (found == 0) {
		int gone = process_adopt(file.pid, file.start, &process, err);

		if (gone < 0 || (gone == 0 && stop(&process, err) < 0))
			return -1;
	}
	return found < 0 ? -1 : file_remove(path, err);
}

/* SIGTERM to all, so that each says goodbye to its client, then wait for them in turn. */
static int stop_pppds(const struct paths *paths, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct procfs_process *list;
	struct process *processes;
	size_t count;
	int result = 0;

	if (stray_pppds(paths, arena, &list, &count, err) < 0)
		return -1;
	processes = arena_alloc(arena, (count + 1) * sizeof(*processes));
	for (size_t i = 0; i < count; i++) {
		if (process_adopt(list[i].pid, list[i].stat.start, &processes[i], err) != 0)
			processes[i] = (struct process)PROCESS_NONE;
		else
			(void)process_signal(&processes[i], SIGTERM, err);
	}
	for (size_t i = 0; i < count; i++) {
		if (processes[i].pid && stop(&processes[i], err) < 0)
			result = -1;
	}
	return result;
}

/* SAs that a charon of ours left behind are in no charon's books: the records know their marks. */
static int delete_orphans(const struct paths *paths, bool shared, struct err *err)
{
	DIR *dir = opendir(paths->sessions);
	int result = 0;

	if (!dir)
		return 0;
	for (struct dirent *entry; (entry = readdir(dir));) {
		cleanup_buf struct buf data = BUF_INIT;
		char path[PATHS_MAX + 256];
		struct fields fields;
		uint64_t mark;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", paths->sessions, entry->d_name);
		if (file_read(path, FIELDS_MAX, &data, err) == 0 &&
		    fields_decode(&fields, buf_text(&data), data.len) &&
		    fields_number(&fields, "mark", UINT32_MAX, &mark) &&
		    orphans_delete_mark((uint32_t)mark, shared, err) < 0)
			result = -1;
	}
	(void)closedir(dir);
	return result;
}

static int remove_objects(const struct paths *paths, struct err *err)
{
	const struct machine machine = machine_here(paths);
	cleanup_arena struct arena *arena = arena_new();
	struct steps steps;

	if (apply_diff(&machine, NULL, OBJECT_ALL, arena, &steps, err) < 0)
		return -1;
	return apply_run(&machine, &steps, err);
}

static int close_openings(const struct paths *paths, struct err *err)
{
	static const struct openings_wish nothing = { .integrate = false, .wan = "" };
	cleanup_arena struct arena *arena = arena_new();
	struct opening_steps steps;

	if (!openings_recorded(paths))
		return 0;
	return openings_follow(paths, &nothing, arena, &steps, err);
}

static bool is_in_run(const struct paths *paths, const char *name)
{
	char path[PATHS_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", paths->run, name);
	return access(path, F_OK) == 0;
}

bool teardown_is_due(const struct paths *paths)
{
	return is_in_run(paths, "ruleset.nft");
}

/* What a charon that is gone left in the kernel, or what we have in somebody else's. */
static void clean_ipsec(const struct paths *paths, struct err *first)
{
	struct err err = { .code = ERR_NONE };

	bool managed = is_in_run(paths, "strongswan.conf");

	if (managed)
		note(orphans_delete(NULL, &err), first, &err);
	else if (teardown_is_due(paths))
		note(external_forget(vici_system_socket(), &err), first, &err);
	note(delete_orphans(paths, !managed, &err), first, &err);
}

int teardown(const struct paths *paths, struct err *first)
{
	struct err err = { .code = ERR_NONE };
	cleanup_fd int lock = -1;
	char path[PATHS_MAX];

	note(stop_pidfile(paths->guard_pid, &err), first, &err);
	note(stop_pppds(paths, &err), first, &err);
	for (unsigned worker = 1; worker <= FABRIC_WORKERS_MAX; worker++) {
		paths_worker(paths, worker, "pid", path);
		note(stop_pidfile(path, &err), first, &err);
	}
	/* A worker that had to be killed leaves its pppds behind. */
	note(stop_pppds(paths, &err), first, &err);
	note(stop_pidfile(paths->charon_pid, &err), first, &err);
	clean_ipsec(paths, first);
	note(remove_objects(paths, &err), first, &err);
	/* Held to the end: a helper that waits for it (integration.h) then finds it gone. */
	lock = openings_lock(paths, &err);
	note(lock, first, &err);
	note(close_openings(paths, &err), first, &err);
	note(shaper_remove_all(&err), first, &err);
	note(conntrack_forget_all(&err), first, &err);
	note(pppd_files_remove(paths, &err), first, &err);
	note(file_remove_tree(paths->run, &err), first, &err);
	return first->code == ERR_NONE ? 0 : -1;
}
