/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/pppds.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "daemon/ended.h"
#include "daemon/loop.h"
#include "daemon/stray.h"
#include "daemon/workers.h"
#include "drive/process.h"

struct pppd {
	struct pppd *next;
	struct pppds *pppds;
	struct process process;
	sd_event_source *source;
};

struct pppds {
	struct gateway *gateway;
	struct pppd *list;
};

static struct pppd **pppd_find(struct pppds *pppds, struct session_pid pid)
{
	struct pppd **at = &pppds->list;

	while (*at && ((*at)->process.pid != (pid_t)pid.pid ||
		       (pid.start && (*at)->process.start != pid.start)))
		at = &(*at)->next;
	return at;
}

static void pppd_drop(struct pppd **at)
{
	struct pppd *pppd = *at;

	*at = pppd->next;
	loop_unwatch(&pppd->source);
	process_release(&pppd->process);
	free(pppd);
}

static int pppd_ended(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct pppd *pppd = user;
	struct gateway *gateway = pppd->pppds->gateway;
	struct session_pid pid = { (uint32_t)pppd->process.pid, pppd->process.start };
	const struct session_end end = ended_read(&gateway->paths, pid);

	(void)source;
	(void)fd;
	(void)revents;
	pppd_drop(pppd_find(pppd->pppds, pid));
	session_pppd_ended(gateway->sessions, gateway_now(), &end);
	gateway_settle(gateway);
	ended_remove(&gateway->paths, pid);
	return 0;
}

struct pppds *pppds_new(struct gateway *gateway)
{
	struct pppds *pppds = mem_alloc(sizeof(*pppds));

	pppds->gateway = gateway;
	return pppds;
}

void pppds_free(struct pppds *pppds)
{
	if (!pppds)
		return;
	while (pppds->list)
		pppd_drop(&pppds->list);
	free(pppds);
}

bool pppds_watch(struct pppds *pppds, struct session_pid pid)
{
	struct pppd *pppd = *pppd_find(pppds, pid);
	struct err err = { .code = ERR_NONE };

	if (pppd)
		return true;
	pppd = mem_alloc(sizeof(*pppd));
	if (process_adopt((pid_t)pid.pid, pid.start, &pppd->process, &err) != 0) {
		free(pppd);
		return false;
	}
	pppd->pppds = pppds;
	pppd->next = pppds->list;
	pppds->list = pppd;
	pppd->source =
	    loop_watch(pppds->gateway->loop, pppd->process.pidfd, EPOLLIN, pppd_ended, pppd);
	/* Its last message, which has the link's counters, is heard first. */
	(void)sd_event_source_set_priority(pppd->source, SD_EVENT_PRIORITY_NORMAL + 1);
	return true;
}

void pppds_kill(struct pppds *pppds, struct session_pid pid, bool hard)
{
	struct pppd *pppd = *pppd_find(pppds, pid);
	struct err err = { .code = ERR_NONE };

	if (pppd && process_signal(&pppd->process, hard ? SIGKILL : SIGTERM, &err) < 0)
		log_warning("pppd %u: %s", pid.pid, err.text);
}

void pppds_kill_strays(struct pppds *pppds)
{
	struct gateway *gateway = pppds->gateway;
	cleanup_arena struct arena *arena = arena_new();
	struct procfs_process *list;
	struct err err = { .code = ERR_NONE };
	size_t count;

	if (stray_pppds(&gateway->paths, arena, &list, &count, &err) < 0) {
		log_warning("looking for pppds: %s", err.text);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct session_pid pid = { (uint32_t)list[i].pid, list[i].stat.start };

		if (workers_by_pid(gateway->workers, list[i].stat.parent) ||
		    session_by_pid(gateway->sessions, pid) || !pppds_watch(pppds, pid))
			continue;
		pppds_kill(pppds, pid, true);
	}
}
