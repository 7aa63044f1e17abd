/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_PLAN_PLAN_H
#define L2TPGW_PLAN_PLAN_H

/*
 * The plan: the complete desired state of a gateway as one value, made from a policy without any
 * syscall. apply/ makes it true; nothing else decides what the gateway looks like.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/fabric.h"
#include "base/mem.h"
#include "base/tree.h"
#include "policy/policy.h"

/* Where things live on this machine; see paths.h in drive/ for how they are found. */
struct plan_paths {
	const char *run;    /* /run/l2tpgw */
	const char *plugin; /* absolute path of the pppd plugin */
};

struct plan_file {
	const char *path; /* absolute, below paths.run */
	const char *data;
	size_t len;
	mode_t mode;
};

struct plan_sysctl {
	const char *name; /* "net/ipv4/ip_forward" */
	const char *value;
};

/* A policy in the kernel's SPD that does not depend on nftables (the second line of defence). */
struct plan_xfrm_policy {
	bool out;              /* direction: out, else in */
	bool block;            /* action: block, else allow */
	uint8_t proto;         /* 0 = any */
	uint16_t sport, dport; /* 0 = any */
	struct ip4_net src;    /* bits 0 = any */
	uint32_t priority;
};

/*
 * A worker. xl2tpd has no reload: what changes its configuration needs another worker, which gets a
 * number that nobody has. The old one drains: it keeps its tunnels and its address and gets no new
 * ones, until it is told to end because they are gone.
 */
struct plan_worker {
	unsigned number;    /* 1 to FABRIC_WORKERS_MAX; listens on fabric_worker_address(number) */
	const char *config; /* path of its xl2tpd.conf (one of the files); NULL if it drains */
	const char *digest; /* of all that needs a new worker when it changes; hex */
	bool draining;
};

/* A worker as it runs now, whichever plan it was started for. */
struct plan_running {
	unsigned number;
	const char *digest; /* of the configuration it was started with */
	bool draining;
};

struct plan {
	struct arena *arena;

	struct plan_file *files;
	size_t files_count;
	struct plan_sysctl *sysctls;
	size_t sysctls_count;
	uint32_t *addresses; /* /32 on lo */
	size_t addresses_count;
	struct ip4_net *routes; /* to lo: slot addresses lead nowhere unless NAT is undone */
	size_t routes_count;
	struct plan_xfrm_policy *xfrm_policies;
	size_t xfrm_policies_count;

	const char *ruleset; /* text for libnftables: creates or replaces our table, atomically */
	/*
	 * Hex; also the comment of the one rule of chain "about" in the table. Not of the table:
	 * the kernel ignores a new comment for a table that is there (nf_tables_updtable()).
	 */
	const char *ruleset_digest;

	bool charon_managed;
	const char *charon_config; /* path of strongswan.conf; NULL when external */
	const char *charon_digest; /* of what needs a new charon when it changes */
	struct tree *connection;   /* message of load-conn: one section named FABRIC_NAME */
	struct tree *secret;       /* message of load-shared, id FABRIC_NAME */

	struct plan_worker *workers; /* those that serve, by number, then those that drain */
	size_t workers_count;
	uint8_t worker_of[FABRIC_SHARDS]; /* number of the worker that serves mark & 63 */
};

/*
 * `policy` must outlive nothing: all is copied. Of the `running` workers those that already have
 * the right configuration go on serving, the others drain. Fails on paths that cannot be rendered,
 * and with ERR_LOCKED while no number is free for a worker that is needed.
 */
struct plan *plan_make(const struct policy *policy, const struct plan_paths *paths,
		       const struct plan_running *running, size_t running_count, struct err *err);
void plan_free(struct plan *plan);

#endif
