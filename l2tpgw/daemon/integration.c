/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/integration.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "apply/openings.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/holdoff.h"
#include "daemon/loop.h"
#include "daemon/obstacles.h"
#include "drive/process.h"

#define LOOK_MS  5000  /* for changes that nobody announces */
#define RETRY_MS 10000 /* a tool that failed may be able to later */

extern char **environ;

struct integration {
	struct gateway *gateway;
	bool integrate; /* what is wanted */
	bool begun;
	bool again;              /* something has changed while the helper ran */
	struct process process;  /* the helper */
	sd_event_source *source; /* of its end */
	int report;              /* what it has to say of a failure; -1 = none */
	uint64_t look_due;
	uint64_t retry_due; /* 0 = there is nothing to try again */
	struct holdoff holdoff;
	char problem[512];
};

struct integration *integration_new(struct gateway *gateway)
{
	struct integration *integration = mem_alloc(sizeof(*integration));

	integration->gateway = gateway;
	integration->process = (struct process)PROCESS_NONE;
	integration->report = -1;
	return integration;
}

static void forget_helper(struct integration *integration)
{
	loop_unwatch(&integration->source);
	process_release(&integration->process);
	if (integration->report >= 0)
		(void)close(integration->report);
	integration->report = -1;
}

void integration_free(struct integration *integration)
{
	if (!integration)
		return;
	forget_helper(integration);
	free(integration);
}

bool integration_begun(const struct integration *integration)
{
	return integration->begun;
}

bool integration_settled(const struct integration *integration)
{
	return integration->process.pidfd < 0;
}

const char *integration_problem(const struct integration *integration)
{
	return integration->problem;
}

/* ---- its end ---- */

static void take_report(struct integration *integration, int status)
{
	char text[64];
	ssize_t len =
	    pread(integration->report, integration->problem, sizeof(integration->problem) - 1, 0);

	integration->problem[len > 0 ? len : 0] = '\0';
	if (!status)
		integration->problem[0] = '\0';
	else if (len <= 0)
		(void)snprintf(integration->problem, sizeof(integration->problem),
			       "the helper ended with %s", process_status_text(status, text));
	integration->retry_due = status ? loop_ms() + RETRY_MS : 0;
}

static int ended(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct integration *integration = user;
	struct err err = { .code = ERR_NONE };
	bool again = integration->again;
	int status = -1;

	(void)source;
	(void)fd;
	(void)revents;
	if (process_reap(&integration->process, &status, &err) == 1)
		return 0;
	take_report(integration, status);
	forget_helper(integration);
	integration->begun = true;
	integration->again = false;
	if (again)
		integration_follow(integration, NULL);
	obstacles_look(integration->gateway->obstacles);
	return 0;
}

/* ---- its start ---- */

static int start(struct integration *integration, struct err *err)
{
	char binary[PATH_MAX], option[HOST_IFNAME_MAX + 16] = "--firewalls";
	const char *const argv[] = { binary, option, NULL };
	struct spawn spawn = { .argv = argv,
			       .env = (const char *const *)environ,
			       .out = STDERR_FILENO,
			       .fds = &integration->report,
			       .fds_count = 1,
			       .session = true };

	if (integration->integrate)
		(void)snprintf(option, sizeof(option), "--firewalls=%s",
			       integration->gateway->host.wan);
	integration->report = memfd_create("report", MFD_CLOEXEC);
	if (integration->report < 0)
		return err_set(err, ERR_FAILED, "memfd_create");
	if (paths_daemon(binary, err) < 0 || process_spawn(&spawn, &integration->process, err) < 0)
		return -1;
	integration->source = loop_watch(integration->gateway->loop, integration->process.pidfd,
					 EPOLLIN, ended, integration);
	return 0;
}

void integration_follow(struct integration *integration, const struct policy *policy)
{
	struct err err = { .code = ERR_NONE };

	if (policy)
		integration->integrate = policy->firewall.integrate;
	if (integration->gateway->stopping)
		return;
	if (!integration->integrate && !openings_recorded(&integration->gateway->paths)) {
		integration->problem[0] = '\0';
		integration->retry_due = 0;
		integration->begun = true;
		return;
	}
	if (!integration_settled(integration)) {
		integration->again = true;
		return;
	}
	if (start(integration, &err) == 0)
		return;
	forget_helper(integration);
	integration->begun = true;
	(void)snprintf(integration->problem, sizeof(integration->problem), "%s", err.text);
	integration->retry_due = loop_ms() + RETRY_MS;
}

void integration_drifted(struct integration *integration)
{
	enum holdoff_verdict verdict;

	if (!integration->integrate)
		return;
	if (!integration_settled(integration)) {
		integration->again = true;
		return;
	}
	verdict = holdoff_found(&integration->holdoff, "other firewalls", loop_ms());
	if (verdict == HOLDOFF_GO)
		integration_follow(integration, NULL);
	else if (verdict == HOLDOFF_PAUSE)
		log_error("others take our openings out of a firewall again and again; they are "
			  "put in every %d s from now on",
			  HOLDOFF_PAUSE_MS / 1000);
}

void integration_tick(struct integration *integration)
{
	uint64_t now = loop_ms();
	bool left = holdoff_due(&integration->holdoff) <= now;

	if (integration->integrate && now >= integration->look_due) {
		integration->look_due = now + LOOK_MS;
		obstacles_look(integration->gateway->obstacles);
	}
	if (!left && (!integration->retry_due || now < integration->retry_due))
		return;
	holdoff_looked(&integration->holdoff, now);
	integration->retry_due = 0;
	integration_follow(integration, NULL);
}

/* ---- the helper ---- */

static void tell(const struct opening_steps *steps, struct arena *arena)
{
	for (size_t i = 0; i < steps->count; i++)
		log_notice("%s %s", opening_text(arena, &steps->list[i].opening),
			   steps->list[i].put ? "is put in" : "is taken out");
}

int integration_run(const struct paths *paths, const char *wan, struct err *err)
{
	const struct openings_wish wish = { .integrate = wan, .wan = wan ? wan : "" };
	cleanup_arena struct arena *arena = arena_new();
	cleanup_fd int lock = openings_lock(paths, err);
	struct opening_steps steps = { .list = NULL };
	int result = lock < 0 ? -1 : openings_follow(paths, &wish, arena, &steps, err);

	tell(&steps, arena);
	if (result < 0 && fcntl(INTEGRATION_REPORT_FD, F_GETFD) >= 0)
		(void)dprintf(INTEGRATION_REPORT_FD, "%s", err->text);
	return result;
}
