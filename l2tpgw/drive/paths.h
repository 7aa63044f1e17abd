/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_PATHS_H
#define L2TPGW_DRIVE_PATHS_H

/*
 * Where things live. Three roots, each moved by one environment variable (L2TPGW_ETC,
 * L2TPGW_STATE, L2TPGW_RUN), so that two gateways fit on one machine in two network namespaces.
 * Everything else is derived. The texts are plain arrays: a struct paths needs no freeing.
 */
#include <limits.h>

#include "base/err.h"

#define PATHS_ROOT_MAX 64  /* bytes of a root with its NUL: every socket below it fits sun_path */
#define PATHS_MAX      128 /* bytes of a derived path with its NUL */

struct paths {
	char etc[PATHS_ROOT_MAX];   /* L2TPGW_ETC, default /etc/l2tpgw */
	char state[PATHS_ROOT_MAX]; /* L2TPGW_STATE, default /var/lib/l2tpgw */
	char run[PATHS_ROOT_MAX];   /* L2TPGW_RUN, default /run/l2tpgw */

	char policy[PATHS_MAX];      /* ETC/policy.json */
	char policy_lock[PATHS_MAX]; /* ETC/.policy.lock: held by whoever edits it */
	char history[PATHS_MAX];     /* STATE/history: applied generations (directory) */
	char journal[PATHS_MAX];     /* STATE/journal */
	char bans[PATHS_MAX];        /* STATE/bans.json */
	char leases[PATHS_MAX];      /* STATE/leases.json */
	char accounting[PATHS_MAX];  /* STATE/accounting: records no server has (directory) */
	char openings[PATHS_MAX];    /* STATE/openings: what is, or may be, in others' firewalls */

	char control[PATHS_MAX];    /* RUN/control.sock: l2tpgw to l2tpgwd */
	char admission[PATHS_MAX];  /* RUN/admission.sock: plugin and hooks to l2tpgwd */
	char vici[PATHS_MAX];       /* RUN/charon.vici */
	char lock[PATHS_MAX];       /* RUN/lock: held by whoever changes the gateway */
	char daemon_pid[PATHS_MAX]; /* RUN/l2tpgwd.pid */
	char charon_pid[PATHS_MAX]; /* RUN/charon.pid: ours (drive/pidfile.h), not charon's own */
	char guard_pid[PATHS_MAX];  /* RUN/guard.pid: of daemon/guard.h */
	char openings_lock[PATHS_MAX]; /* RUN/openings.lock: held by whoever changes others'
					  firewalls */
	char sessions[PATHS_MAX];      /* RUN/sessions: one record a session (directory) */
	char results[PATHS_MAX];       /* RUN/results: replies of xl2tpd (directory, 0700) */
	char ended[PATHS_MAX];         /* RUN/ended: what pppds left for us (directory, 0700) */

	/* L2TPGW_PLUGIN, else where the build installs it; what pppd loads. */
	char plugin[PATHS_MAX];
};

/*
 * Fills *paths from the environment. A root must be absolute, without "." or ".." components,
 * made of letters, digits and "/._-" only (it goes into other programs' configuration), and
 * shorter than PATHS_ROOT_MAX. ERR_USAGE otherwise, naming the variable.
 */
int paths_load(struct paths *paths, struct err *err);
/* RUN/xl2tpd-N.SUFFIX; used suffixes: "pid" (ours), "xpid" (xl2tpd's -p), "control" (its -C),
 * "conf" and "drain" (since when it drains). */
void paths_worker(const struct paths *paths, unsigned worker, const char *suffix,
		  char out[PATHS_MAX]);
/* l2tpgwd beside the running program (by /proc/self/exe), else the installed one. */
int paths_daemon(char out[PATH_MAX], struct err *err);
/* Where installing puts l2tpgwd, and its systemd unit. */
const char *paths_installed_daemon(void);
const char *paths_unit(void);

#endif
