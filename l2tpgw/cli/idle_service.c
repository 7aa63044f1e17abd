/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/idle_service.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "drive/boot.h"
#include "drive/ports.h"
#include "drive/procfs.h"
#include "drive/systemctl.h"
#include "drive/vici_ask.h"

#define ANSWER_MS  10000
#define CONFIG_MAX (1u << 20)
#define RECORD_MAX 4096
#define PORT_IKE   500
#define PORT_L2TP  1701
#define GONE_MS    10000
#define LOOK_US    50000

/* ---- is it idle? Not knowing is no. ---- */

static void on_any(void *user, const char *event, const struct tree *message)
{
	(void)event;
	(void)message;
	++*(unsigned *)user;
}

static void on_answer(void *user, const struct tree *response, const struct err *why)
{
	(void)why;
	if (!response)
		++*(unsigned *)user;
}

static bool charon_is_idle(void)
{
	static const char *const lists[][2] = { { "list-conns", "list-conn" },
						{ "list-sas", "list-sa" } };
	struct vici *vici = NULL;
	unsigned found = 0;
	struct err ignored;
	bool idle = true;

	if (vici_connect(&vici, vici_system_socket(), &ignored) < 0)
		return false;
	for (size_t i = 0; i < array_size(lists) && idle; i++) {
		const struct vici_request request = { .command = lists[i][0],
						      .stream = lists[i][1],
						      .timeout_ms = ANSWER_MS,
						      .on_event = on_any,
						      .on_done = on_answer,
						      .user = &found };

		idle = vici_ask(vici, &request, &ignored) == 0 && !found;
	}
	vici_close(vici);
	return idle;
}

bool idle_xl2tpd_serves(const char *config)
{
	for (const char *line = config; *line;) {
		const char *end = strchrnul(line, '\n');

		while (line < end && isspace((unsigned char)*line))
			line++;
		if (*line == '[' && strncmp(line, "[global]", 8) != 0)
			return true;
		line = *end ? end + 1 : end;
	}
	return false;
}

static const char *config_of(char *const *argv, size_t argc)
{
	for (size_t i = 0; i + 1 < argc; i++) {
		if (!strcmp(argv[i], "-c"))
			return argv[i + 1];
	}
	return "/etc/xl2tpd/xl2tpd.conf";
}

static bool xl2tpd_is_idle(void)
{
	static const uint16_t port = PORT_L2TP;
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf config = BUF_INIT;
	struct port_owner *owners;
	struct err ignored;
	size_t count, argc;
	char **argv;

	if (ports_owners(arena, &port, 1, &owners, &count, &ignored) < 0 || count != 1 ||
	    strcmp(owners[0].command, "xl2tpd") != 0 ||
	    procfs_argv(owners[0].pid, arena, &argv, &argc, &ignored) != 0)
		return false;
	return file_read(config_of(argv, argc), CONFIG_MAX, &config, &ignored) == 0 &&
	       !idle_xl2tpd_serves(buf_text(&config));
}

static const struct service {
	const char *unit;
	const char *why;
	bool of_charon;
	bool (*is_idle)(void);
	const char *command; /* proc(5), comm */
	uint16_t port;
} services[] = {
	{ "strongswan.service", "has no connection", true, charon_is_idle, "charon-systemd",
	  PORT_IKE },
	{ "xl2tpd.service", "has nothing to serve", false, xl2tpd_is_idle, "xl2tpd", PORT_L2TP },
};

/* ---- what was released ---- */

static void record_path(const struct paths *paths, char out[PATHS_MAX + 16])
{
	(void)snprintf(out, PATHS_MAX + 16, "%s/services", paths->state);
}

static int record_read(const struct paths *paths, struct buf *text, struct err *err)
{
	char path[PATHS_MAX + 16];

	record_path(paths, path);
	return access(path, F_OK) < 0 ? 0 : file_read(path, RECORD_MAX, text, err);
}

/* "strongswan.service enabled": before it is touched, so that nothing is ever forgotten. */
static int record_add(const struct paths *paths, const char *unit, bool enabled, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	char path[PATHS_MAX + 16];

	if (record_read(paths, &text, err) < 0)
		return -1;
	if (strstr(buf_text(&text), unit))
		return 0;
	buf_printf(&text, "%s %s\n", unit, enabled ? "enabled" : "disabled");
	record_path(paths, path);
	if (file_mkdirs(paths->state, 0700, err) < 0)
		return -1;
	return file_write(path, text.data, text.len, 0600, true, err);
}

static bool unit_is(const char *what, const char *unit)
{
	const char *const words[] = { "--quiet", what, unit, NULL };
	struct err ignored;

	return systemctl(words, NULL, &ignored) == 0;
}

static bool holds_port(const struct service *service)
{
	cleanup_arena struct arena *arena = arena_new();
	struct port_owner *owners;
	struct err ignored;
	size_t count;

	if (ports_owners(arena, &service->port, 1, &owners, &count, &ignored) < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(owners[i].command, service->command))
			return true;
	}
	return false;
}

/* A service made of an init script has stopped before its process has. */
static int wait_gone(const struct service *service, struct err *err)
{
	uint64_t end = boot_ms() + GONE_MS;

	while (holds_port(service)) {
		if (boot_ms() >= end)
			return err_set(err, ERR_FAILED, "%s was stopped, but %s still runs",
				       service->unit, service->command);
		(void)usleep(LOOK_US);
	}
	return 0;
}

static int release(const struct paths *paths, const struct service *service, struct err *err)
{
	/* One by one: for a service made of an init script systemctl forgets --now. */
	const char *const disable[] = { "--quiet", "disable", service->unit, NULL };
	const char *const stop[] = { "--quiet", "stop", service->unit, NULL };

	if (record_add(paths, service->unit, unit_is("is-enabled", service->unit), err) < 0 ||
	    systemctl_must(disable, err) < 0 || systemctl_must(stop, err) < 0 ||
	    wait_gone(service, err) < 0)
		return -1;
	(void)fprintf(stderr,
		      "%s %s: stopped and disabled to make room; l2tpgw down gives it back\n",
		      service->unit, service->why);
	return 0;
}

int idle_services_release(const struct paths *paths, bool managed, struct err *err)
{
	int released = 0;

	for (size_t i = 0; i < array_size(services); i++) {
		const struct service *service = &services[i];

		if ((service->of_charon && !managed) || !unit_is("is-active", service->unit) ||
		    !service->is_idle())
			continue;
		if (release(paths, service, err) < 0)
			return -1;
		released++;
	}
	return released;
}

/* One that does not run cannot be asked whether it serves anybody: it is told of and left alone. */
void idle_services_examine(struct findings *findings, bool managed)
{
	for (size_t i = 0; i < array_size(services); i++) {
		const struct service *service = &services[i];

		if ((service->of_charon && !managed) || unit_is("is-active", service->unit) ||
		    !unit_is("is-enabled", service->unit))
			continue;
		finding_add(findings, "ports", FINDING_WARNING,
			    "%s is enabled and will take UDP %u at the next boot", service->unit,
			    service->port);
		finding_remedy(findings, "systemctl disable %s", service->unit);
	}
}

/* One that was uninstalled or masked meanwhile needs nothing. */
static int restore(const char *unit, bool enabled, struct err *err)
{
	const char *const enable[] = { "--quiet", "enable", unit, NULL };
	const char *const start[] = { "--quiet", "start", unit, NULL };
	cleanup_buf struct buf state = BUF_INIT;

	if (systemctl_property(unit, "LoadState", &state, err) < 0)
		return -1;
	if (!strcmp(buf_text(&state), "not-found") || !strcmp(buf_text(&state), "masked"))
		return 0;
	if (enabled && systemctl_must(enable, err) < 0)
		return -1;
	return systemctl_must(start, err);
}

static void restore_or_tell(const char *unit, bool enabled)
{
	struct err err = { .code = ERR_NONE };

	if (restore(unit, enabled, &err) == 0)
		return;
	(void)fprintf(stderr,
		      "warning: %s cannot be given back: %s\n"
		      "  When that is mended: systemctl %s %s\n",
		      unit, err.text, enabled ? "enable --now" : "start", unit);
}

int idle_services_restore(const struct paths *paths, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	char path[PATHS_MAX + 16];
	char *rest = NULL;

	if (record_read(paths, &text, err) < 0)
		return -1;
	if (!text.len)
		return 0;
	for (char *line = strtok_r(text.data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *state = strchr(line, ' ');

		if (!state)
			continue;
		*state++ = '\0';
		restore_or_tell(line, !strcmp(state, "enabled"));
	}
	record_path(paths, path);
	return file_remove(path, err);
}
