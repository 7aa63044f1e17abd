/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/modules.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "drive/process.h"
#include "drive/programs.h"

#define LIST_MAX    (16u << 20) /* modules.dep of a distribution's kernel: half a megabyte */
#define CONF_MAX    (1u << 20)
#define LOAD_MAX_MS 30000

static const char *const conf_dirs[] = { "/etc/modprobe.d", "/run/modprobe.d",
					 "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
					 "/lib/modprobe.d" };

static char fold(char c)
{
	return c == '-' ? '_' : c;
}

/* Are the first `len` bytes at `text` that name? */
static bool is_name(const char *text, size_t len, const char *name)
{
	size_t i = 0;

	for (; i < len && name[i]; i++) {
		if (fold(text[i]) != fold(name[i]))
			return false;
	}
	return i == len && !name[i];
}

/* Calls `match` for each line until it says yes. A file that is not there has no lines. */
static bool any_line(const char *path, size_t max, const char *name,
		     bool (*match)(const char *line, const char *name))
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err ignored;
	char *rest;

	if (file_read(path, max, &text, &ignored) < 0 || !text.len)
		return false;
	for (char *line = strtok_r(text.data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (match(line, name))
			return true;
	}
	return false;
}

/* "nf_tables 401408 3 nft_ct, Live 0x0": /proc/modules */
static bool match_loaded(const char *line, const char *name)
{
	return is_name(line, strcspn(line, " "), name);
}

/* "kernel/net/l2tp/l2tp_ppp.ko.xz: kernel/…": modules.dep, and modules.builtin without a colon */
static bool match_path(const char *line, const char *name)
{
	size_t len = strcspn(line, ":");
	const char *base = memrchr(line, '/', len);
	const char *suffix;

	base = base ? base + 1 : line;
	suffix = memmem(base, len - (size_t)(base - line), ".ko", 3);
	return suffix && is_name(base, (size_t)(suffix - base), name);
}

/* modprobe.d(5) */
static bool match_blacklist(const char *line, const char *name)
{
	char keyword[16], value[64];

	return sscanf(line, " %15s %63s", keyword, value) == 2 && !strcmp(keyword, "blacklist") &&
	       is_name(value, strlen(value), name);
}

/* A command in place of loading it. Others than these two mostly load it, and something besides. */
static bool match_disabled(const char *line, const char *name)
{
	char keyword[16], value[64], command[64];
	const char *base;

	if (sscanf(line, " %15s %63s %63s", keyword, value, command) != 3 ||
	    strcmp(keyword, "install") != 0 || !is_name(value, strlen(value), name))
		return false;
	base = strrchr(command, '/');
	base = base ? base + 1 : command;
	return !strcmp(base, "false") || !strcmp(base, "true");
}

static bool is_hidden(const char *root, size_t dir, const char *file)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < dir; i++) {
		(void)snprintf(path, sizeof(path), "%s%s/%s", root, conf_dirs[i], file);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

static bool any_conf_in(const char *root, size_t dir, const char *name,
			bool (*match)(const char *line, const char *name))
{
	char path[PATH_MAX];
	bool found = false;
	DIR *stream;

	(void)snprintf(path, sizeof(path), "%s%s", root, conf_dirs[dir]);
	stream = opendir(path);
	if (!stream)
		return false;
	for (struct dirent *entry = readdir(stream); entry && !found; entry = readdir(stream)) {
		const char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".conf") != 0 || is_hidden(root, dir, entry->d_name))
			continue;
		(void)snprintf(path, sizeof(path), "%s%s/%s", root, conf_dirs[dir], entry->d_name);
		found = any_line(path, CONF_MAX, name, match);
	}
	(void)closedir(stream);
	return found;
}

static bool any_conf(const char *root, const char *name,
		     bool (*match)(const char *line, const char *name))
{
	for (size_t i = 0; i < array_size(conf_dirs); i++) {
		if (any_conf_in(root, i, name, match))
			return true;
	}
	return false;
}

enum module_state module_state_at(const char *root, const char *release, const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/proc/modules", root);
	if (any_line(path, LIST_MAX, name, match_loaded))
		return MODULE_LOADED;
	(void)snprintf(path, sizeof(path), "%s/lib/modules/%s/modules.builtin", root, release);
	if (any_line(path, LIST_MAX, name, match_path))
		return MODULE_BUILTIN;
	(void)snprintf(path, sizeof(path), "%s/lib/modules/%s/modules.dep", root, release);
	if (!any_line(path, LIST_MAX, name, match_path))
		return MODULE_MISSING;
	if (any_conf(root, name, match_disabled))
		return MODULE_DISABLED;
	return any_conf(root, name, match_blacklist) ? MODULE_BLACKLISTED : MODULE_LOADABLE;
}

enum module_state module_state(const char *name)
{
	struct utsname uts;

	if (uname(&uts) < 0)
		return MODULE_MISSING;
	return module_state_at("", uts.release, name);
}

const char *module_state_text(enum module_state state)
{
	switch (state) {
	case MODULE_BUILTIN:
		return "built in";
	case MODULE_LOADED:
		return "loaded";
	case MODULE_LOADABLE:
		return "not loaded";
	case MODULE_BLACKLISTED:
		return "blacklisted";
	case MODULE_DISABLED:
		return "disabled by an install line in /etc/modprobe.d";
	case MODULE_MISSING:
		return "not installed";
	}
	return "unknown";
}

int module_load(const char *name, struct err *err)
{
	return module_load_with(name, NULL, err);
}

int module_load_with(const char *name, const char *parameter, struct err *err)
{
	const char *argv[] = { program_path(PROGRAM_MODPROBE), "-q", "--", name, parameter, NULL };
	struct spawn spawn = { .argv = argv, .out = -1 };
	struct process process = PROCESS_NONE;
	int status;

	if (!program_exists(PROGRAM_MODPROBE))
		return err_set(err, ERR_FAILED, "module %s: there is no modprobe (package kmod)",
			       name);
	if (process_spawn(&spawn, &process, err) < 0)
		return err_wrap(err, "module %s", name);
	if (!process_wait(&process, LOAD_MAX_MS))
		(void)process_signal(&process, SIGKILL, err);
	(void)process_wait(&process, 1000);
	if (process_reap(&process, &status, err) != 0 || status != 0) {
		process_release(&process);
		return err_set(err, ERR_FAILED, "module %s cannot be loaded (%s)", name,
			       module_state_text(module_state(name)));
	}
	return 0;
}
